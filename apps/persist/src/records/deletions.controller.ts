import { Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { Access } from '#libs/http';
import { Records } from '#libs/records';
import { ExecutionGuard, FencedRunGuard } from '../execution/execution.guard.js';
import { CurrentBatch, type RequestedBatch } from './current-batch.js';

/** Deletion of what a source no longer has (spec/engine.md §4.5). */
@Controller()
@UseGuards(ExecutionGuard, FencedRunGuard)
export class DeletionsController {
  constructor(private readonly records: Records) {}

  @Post('records/:model/outdated')
  @HttpCode(200)
  @Access('execution')
  outdated(@CurrentBatch() batch: RequestedBatch): Promise<{ deletedKeys: string[] }> {
    return this.records.outdated(batch);
  }

  @Post('track-deletes/:model/start')
  @HttpCode(204)
  @Access('execution')
  start(@CurrentBatch() batch: RequestedBatch): Promise<void> {
    return this.records.trackDeletesStart(batch);
  }

  @Post('track-deletes/:model/end')
  @HttpCode(200)
  @Access('execution')
  end(@CurrentBatch() batch: RequestedBatch): Promise<{ deletedKeys: string[] }> {
    return this.records.trackDeletesEnd(batch);
  }
}
