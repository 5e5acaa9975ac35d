import { Body, Controller, Delete, Get, Put, Query, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { Checkpoints } from '#libs/checkpoints';
import { type CheckpointState, type ExecutionClaims, saveCheckpoint } from '#libs/contracts';
import { Access } from '#libs/http';
import { CurrentExecution, ExecutionGuard, LiveRunGuard } from '../execution/execution.guard.js';
import { SettledRuns } from '../execution/settled-runs.service.js';

const checkpointQuery = saveCheckpoint.pick({ key: true });
const clearQuery = checkpointQuery.extend({ expectedVersion: z.coerce.number().int() });

/** Where the run's function left off. */
@Controller('checkpoint')
@UseGuards(ExecutionGuard)
export class CheckpointsController {
  constructor(
    private readonly checkpoints: Checkpoints,
    private readonly settled: SettledRuns,
  ) {}

  @Get()
  @Access('execution')
  get(
    @CurrentExecution() run: ExecutionClaims,
    @Query({ schema: checkpointQuery }) { key }: z.output<typeof checkpointQuery>,
  ): Promise<CheckpointState> {
    return this.checkpoints.get(scopeOf(run, key));
  }

  @Put()
  @Access('execution')
  @UseGuards(LiveRunGuard)
  save(
    @CurrentExecution() run: ExecutionClaims,
    @Body({ schema: saveCheckpoint }) { key, checkpoint, expectedVersion }: z.output<typeof saveCheckpoint>,
  ): Promise<CheckpointState> {
    return this.checkpoints.save(scopeOf(run, key), checkpoint, expectedVersion, (sql) => this.settled.holdOpen(sql, run.sub));
  }

  @Delete()
  @Access('execution')
  @UseGuards(LiveRunGuard)
  clear(
    @CurrentExecution() run: ExecutionClaims,
    @Query({ schema: clearQuery }) { key, expectedVersion }: z.output<typeof clearQuery>,
  ): Promise<CheckpointState> {
    return this.checkpoints.clear(scopeOf(run, key), expectedVersion, (sql) => this.settled.holdOpen(sql, run.sub));
  }
}

const scopeOf = (run: ExecutionClaims, key: string) => ({
  environmentId: run.environmentId,
  connectionId: run.connectionRowId,
  key,
});
