import { Body, Controller, Delete, HttpCode, Param, Post, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { executeRequest, RUNNER_HEARTBEAT_MS, type ExecuteLine, type ExecuteRequest } from '#libs/contracts';
import { Access } from '#libs/http';
import { AppError } from '#libs/kernel';
import { CallerGuard } from './caller.guard.js';
import { Executions } from './executions.service.js';

const executionParams = z.object({ executionId: z.uuid() });

const lineOf = (line: ExecuteLine): string => `${JSON.stringify(line)}\n`;

@Controller('executions')
@UseGuards(CallerGuard)
export class ExecutionsController {
  constructor(private readonly executions: Executions) {}

  /** Answers in lines: heartbeats while the function runs, then its outcome. A caller that goes away ends the run. */
  @Post()
  @Access('execution')
  async execute(@Body({ schema: executeRequest }) request: ExecuteRequest, @Res() reply: FastifyReply): Promise<void> {
    this.executions.mustTakeWork();
    reply.hijack();
    const stop = new AbortController();
    reply.raw.once('close', () => reply.raw.writableEnded || stop.abort());
    reply.raw.statusCode = 200;
    reply.raw.setHeader('content-type', 'application/x-ndjson');
    const heartbeat = setInterval(
      () => reply.raw.destroyed || reply.raw.write(lineOf({ type: 'heartbeat' })),
      RUNNER_HEARTBEAT_MS,
    );
    const outcome = await this.executions.execute(request, stop);
    clearInterval(heartbeat);
    if (!reply.raw.destroyed) reply.raw.end(lineOf({ type: 'outcome', outcome }));
  }

  @Delete(':executionId')
  @HttpCode(204)
  @Access('execution')
  abort(@Param({ schema: executionParams }) { executionId }: z.output<typeof executionParams>): void {
    if (!this.executions.abort(executionId)) throw new AppError('not_found', `execution ${executionId} does not run here`);
  }
}
