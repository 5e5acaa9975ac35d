import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import type { z } from 'zod';
import { type ExecutionClaims, logBatch } from '#libs/contracts';
import { Access } from '#libs/http';
import { OperationLog } from '#libs/logs';
import { CurrentExecution, ExecutionGuard } from '../execution/execution.guard.js';

/** Messages of the run's operation; also those that arrive after its end. */
@Controller('logs')
@UseGuards(ExecutionGuard)
export class LogsController {
  constructor(private readonly log: OperationLog) {}

  @Post()
  @HttpCode(204)
  @Access('execution')
  append(@CurrentExecution() run: ExecutionClaims, @Body({ schema: logBatch }) { messages }: z.output<typeof logBatch>): void {
    for (const message of messages) this.log.message(run.operationId, message);
  }
}
