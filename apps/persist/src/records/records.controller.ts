import { Body, Controller, Get, Header, HttpCode, Inject, Post, Query, UseGuards } from '@nestjs/common';
import type { BatchResult } from '#libs/contracts';
import { Access } from '#libs/http';
import { Records } from '#libs/records';
import { ExecutionGuard, FencedRunGuard } from '../execution/execution.guard.js';
import { CurrentBatch, type RequestedBatch } from './current-batch.js';
import { type BatchBody, batchBody, type PageParams, pageQuery } from './records.dto.js';

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
  @UseGuards(FencedRunGuard)
  save(@CurrentBatch() batch: RequestedBatch, @Body({ schema: batchBody }) records: BatchBody): Promise<BatchResult> {
    return this.records.saveBatch({ ...batch, records });
  }

  @Post('update')
  @HttpCode(200)
  @Access('execution')
  @UseGuards(FencedRunGuard)
  update(@CurrentBatch() batch: RequestedBatch, @Body({ schema: batchBody }) records: BatchBody): Promise<BatchResult> {
    return this.records.updateBatch({ ...batch, records });
  }

  @Post('delete')
  @HttpCode(200)
  @Access('execution')
  @UseGuards(FencedRunGuard)
  delete(@CurrentBatch() batch: RequestedBatch, @Body({ schema: batchBody }) records: BatchBody): Promise<BatchResult> {
    return this.records.deleteBatch({ ...batch, records });
  }

  @Post('empty')
  @HttpCode(200)
  @Access('execution')
  @UseGuards(FencedRunGuard)
  empty(@CurrentBatch() batch: RequestedBatch): Promise<{ deletedCount: number; hasMore: boolean }> {
    return this.records.empty(batch, this.emptySlice);
  }

  /** The latest change's cursor, to pin as `x-merging` when a function chooses `ignore_if_modified_after`. */
  @Get('cursor')
  @Access('execution')
  async cursor(@CurrentBatch() { connectionId, model }: RequestedBatch): Promise<{ cursor: string }> {
    return { cursor: await this.records.latestCursor(connectionId, model) };
  }

  @Get()
  @Access('execution')
  @Header('content-type', 'application/json; charset=utf-8')
  async page(
    @CurrentBatch() { connectionId, model }: RequestedBatch,
    @Query({ schema: pageQuery }) query: PageParams,
  ): Promise<string> {
    return (await this.records.pageText({ connectionId, model, ...query })).json;
  }
}
