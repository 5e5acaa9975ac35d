import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller } from '#libs/accounts';
import { noQuery } from '#libs/contracts';
import { ExecutionCaps } from '#libs/executions';
import { Access } from '#libs/http';
import { type ConcurrencyReply, concurrencyReply } from './concurrency.dto.js';
import { toConcurrency } from './concurrency.presenter.js';

/** What operators set is for all to see whom it holds for, and for operators alone to change. */
@ApiTags('Environment')
@Controller('api/v1/environments/concurrency')
export class OwnConcurrencyController {
  constructor(private readonly caps: ExecutionCaps) {}

  @Get()
  @Access('environment:*')
  @ApiOperation({ summary: 'How much this environment may run and have waiting, by kind of execution, and what it has' })
  @ApiOkResponse({ standardSchema: concurrencyReply })
  async find(@CurrentCaller() caller: Caller, @Query({ schema: noQuery }) _query: unknown): Promise<ConcurrencyReply> {
    return toConcurrency(await this.caps.report(caller.environmentId));
  }
}
