import { Body, Controller, Get, Header, HttpCode, Inject, Param, Post, Query, UseGuards } from '@nestjs/common';
import type { BatchResult, ExecutionClaims } from '#libs/contracts';
import { Access, ValidHeaders } from '#libs/http';
import { Records } from '#libs/records';
import { CurrentExecution, ExecutionGuard, LiveRunGuard } from '../execution/execution.guard.js';
import { batchScope } from './batch-scope.js';
import {
  type BatchBody,
  batchBody,
  type BatchHeaders,
  batchHeaders,
  modelParams,
  type ModelParams,
  type PageParams,
  pageQuery,
} from './records.dto.js';

/** Injection token of the number of records one slice of emptying removes. */
export const EMPTY_SLICE = Symbol('empty-slice');

/** Records of a run's models: save, update, delete, empty, read. */
@Controller('records/:model')
@UseGuards(ExecutionGuard)
export class RecordsController {
  constructor(
    private readonly records: Records,
    @Inject(EMPTY_SLICE) private readonly emptySlice: number,
  ) {}

  @Post('save')
  @HttpCode(200)
  @Access('execution')
  @UseGuards(LiveRunGuard)
  save(
    @CurrentExecution() run: ExecutionClaims,
    @Param({ schema: modelParams }) { model }: ModelParams,
    @ValidHeaders(batchHeaders) headers: BatchHeaders,
    @Body({ schema: batchBody }) records: BatchBody,
  ): Promise<BatchResult> {
    return this.records.saveBatch({ ...batchScope(run, model, headers), records, merging: headers['x-merging'] });
  }

  @Post('update')
  @HttpCode(200)
  @Access('execution')
  @UseGuards(LiveRunGuard)
  update(
    @CurrentExecution() run: ExecutionClaims,
    @Param({ schema: modelParams }) { model }: ModelParams,
    @ValidHeaders(batchHeaders) headers: BatchHeaders,
    @Body({ schema: batchBody }) records: BatchBody,
  ): Promise<BatchResult> {
    return this.records.updateBatch({ ...batchScope(run, model, headers), records, merging: headers['x-merging'] });
  }

  @Post('delete')
  @HttpCode(200)
  @Access('execution')
  @UseGuards(LiveRunGuard)
  delete(
    @CurrentExecution() run: ExecutionClaims,
    @Param({ schema: modelParams }) { model }: ModelParams,
    @ValidHeaders(batchHeaders) headers: BatchHeaders,
    @Body({ schema: batchBody }) records: BatchBody,
  ): Promise<BatchResult> {
    return this.records.deleteBatch({ ...batchScope(run, model, headers), records, merging: headers['x-merging'] });
  }

  @Post('empty')
  @HttpCode(200)
  @Access('execution')
  @UseGuards(LiveRunGuard)
  empty(
    @CurrentExecution() run: ExecutionClaims,
    @Param({ schema: modelParams }) { model }: ModelParams,
    @ValidHeaders(batchHeaders) headers: BatchHeaders,
  ): Promise<{ deletedCount: number; hasMore: boolean }> {
    return this.records.empty(batchScope(run, model, headers), this.emptySlice);
  }

  /** The latest change's cursor, to pin as `x-merging` when a function chooses `ignore_if_modified_after`. */
  @Get('cursor')
  @Access('execution')
  async cursor(
    @CurrentExecution() run: ExecutionClaims,
    @Param({ schema: modelParams }) { model }: ModelParams,
  ): Promise<{ cursor: string }> {
    const scope = batchScope(run, model);
    return { cursor: await this.records.latestCursor(scope.connectionId, scope.model) };
  }

  @Get()
  @Access('execution')
  @Header('content-type', 'application/json; charset=utf-8')
  async page(
    @CurrentExecution() run: ExecutionClaims,
    @Param({ schema: modelParams }) { model }: ModelParams,
    @Query({ schema: pageQuery }) query: PageParams,
  ): Promise<string> {
    const { connectionId, model: key } = batchScope(run, model);
    return pageJson(await this.records.pageText({ connectionId, model: key, ...query }));
  }
}

const pageJson = ({ records, nextCursor }: { records: readonly string[]; nextCursor: string | null }) =>
  `{"records":[${records.join(',')}],"next_cursor":${JSON.stringify(nextCursor)}}`;
