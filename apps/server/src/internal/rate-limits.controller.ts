import { Body, Controller, HttpCode, Post, Res, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { type AdmissionAnswer, admissionRequest, type ExecutionClaims, type GovernorAnswer, limitsReport } from '#libs/contracts';
import { Access } from '#libs/http';
import { ClientGone } from '../client-gone.js';
import { CurrentExecution, ExecutionGuard } from './execution.guard.js';
import { RunLimits } from './run-limits.service.js';

/** Providers' rate limits for runs (libs/contracts `internal.ts`). */
@ApiExcludeController()
@UseGuards(ExecutionGuard)
@Controller('internal/rate-limits')
export class RateLimitsController {
  constructor(private readonly limits: RunLimits) {}

  /** Answers when the call may be made: up to the longest wait later. */
  @Post('admit')
  @HttpCode(200)
  @Access('execution')
  admit(
    @CurrentExecution() run: ExecutionClaims,
    @Body({ schema: admissionRequest }) ask: z.output<typeof admissionRequest>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AdmissionAnswer> {
    return this.limits.admit(run, ask, new ClientGone(reply.raw));
  }

  @Post('learn')
  @HttpCode(200)
  @Access('execution')
  learn(
    @CurrentExecution() run: ExecutionClaims,
    @Body({ schema: limitsReport }) report: z.output<typeof limitsReport>,
  ): GovernorAnswer {
    return this.limits.learn(run, report);
  }
}
