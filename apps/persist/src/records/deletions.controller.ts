import { Controller, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import type { ExecutionClaims } from '#libs/contracts';
import { Access, ValidHeaders } from '#libs/http';
import { Records } from '#libs/records';
import { CurrentExecution, ExecutionGuard, LiveRunGuard } from '../execution/execution.guard.js';
import { batchScope } from './batch-scope.js';
import { type BatchHeaders, batchHeaders, modelParams, type ModelParams } from './records.dto.js';

/** Deletion of what a source no longer has (spec/engine.md §4.5). */
@Controller()
@UseGuards(ExecutionGuard, LiveRunGuard)
export class DeletionsController {
  constructor(private readonly records: Records) {}

  @Post('records/:model/outdated')
  @HttpCode(200)
  @Access('execution')
  outdated(
    @CurrentExecution() run: ExecutionClaims,
    @Param({ schema: modelParams }) { model }: ModelParams,
    @ValidHeaders(batchHeaders) headers: BatchHeaders,
  ): Promise<{ deletedKeys: string[] }> {
    return this.records.outdated(batchScope(run, model, headers));
  }

  @Post('track-deletes/:model/start')
  @HttpCode(204)
  @Access('execution')
  start(
    @CurrentExecution() run: ExecutionClaims,
    @Param({ schema: modelParams }) { model }: ModelParams,
    @ValidHeaders(batchHeaders) headers: BatchHeaders,
  ): Promise<void> {
    return this.records.trackDeletesStart(batchScope(run, model, headers));
  }

  @Post('track-deletes/:model/end')
  @HttpCode(200)
  @Access('execution')
  end(
    @CurrentExecution() run: ExecutionClaims,
    @Param({ schema: modelParams }) { model }: ModelParams,
    @ValidHeaders(batchHeaders) headers: BatchHeaders,
  ): Promise<{ deletedKeys: string[] }> {
    return this.records.trackDeletesEnd(batchScope(run, model, headers));
  }
}
