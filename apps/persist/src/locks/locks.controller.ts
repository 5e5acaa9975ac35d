import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { type ExecutionClaims, lockRequest } from '#libs/contracts';
import { Access } from '#libs/http';
import { CurrentExecution, ExecutionGuard, LiveRunGuard } from '../execution/execution.guard.js';
import { Locks } from './locks.service.js';

const MAX_TTL_MS = 24 * 3_600_000;

const acquireRequest = lockRequest.extend({ ttlMs: z.number().int().positive().max(MAX_TTL_MS) });
const releaseRequest = lockRequest.pick({ key: true });

/** Locks of the functions of an environment. A run that has ended may still release what it holds. */
@Controller('locks')
@UseGuards(ExecutionGuard)
export class LocksController {
  constructor(private readonly locks: Locks) {}

  @Post('acquire')
  @HttpCode(200)
  @Access('execution')
  @UseGuards(LiveRunGuard)
  async acquire(
    @CurrentExecution() run: ExecutionClaims,
    @Body({ schema: acquireRequest }) { key, ttlMs }: z.output<typeof acquireRequest>,
  ): Promise<{ done: boolean }> {
    return { done: await this.locks.acquire(ownerOf(run), key, ttlMs) };
  }

  @Post('release')
  @HttpCode(200)
  @Access('execution')
  async release(
    @CurrentExecution() run: ExecutionClaims,
    @Body({ schema: releaseRequest }) { key }: z.output<typeof releaseRequest>,
  ): Promise<{ done: boolean }> {
    return { done: await this.locks.release(ownerOf(run), key) };
  }

  @Post('release-all')
  @HttpCode(200)
  @Access('execution')
  async releaseAll(@CurrentExecution() run: ExecutionClaims): Promise<{ done: boolean }> {
    await this.locks.releaseAll(ownerOf(run));
    return { done: true };
  }
}

const ownerOf = (run: ExecutionClaims) => ({ environmentId: run.environmentId, executionId: run.sub });
