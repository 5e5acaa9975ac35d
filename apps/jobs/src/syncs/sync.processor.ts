import { Injectable } from '@nestjs/common';
import type { JobData } from '#libs/contracts';
import { ControlChannel, Executions, failedOutcome, LIMITS, lostError } from '#libs/executions';
import { HandlesJob, type JobContext, type JobHandler } from '#libs/queues';
import { type StartedRun, SyncRuns } from '#libs/scheduling';
import { Runs } from '../runs/runs.service.js';
import { Claims } from '../workers/claims.service.js';

/** Runs a sync: opens the run, has it run, and ends it in one transaction with its schedule. */
@Injectable()
@HandlesJob('sync.run')
export class SyncProcessor implements JobHandler<'sync.run'> {
  constructor(
    private readonly claims: Claims,
    private readonly executions: Executions,
    private readonly syncRuns: SyncRuns,
    private readonly runs: Runs,
    private readonly control: ControlChannel,
  ) {}

  async handle({ executionId }: JobData<'sync.run'>, { signal }: JobContext): Promise<void> {
    const execution = await this.claims.claim(executionId);
    if (!execution) return;
    const started = await this.syncRuns.start(executionId);
    if (!started) return;
    const outcome = await this.control.run(executionId, signal, (stop) => this.runs.run(runOf(executionId, started), stop));
    // A run that was cut short because this process stops is due again at once, as is one that ended itself at a checkpoint.
    const interrupted = outcome.status === 'succeeded' && outcome.interrupted === true;
    await this.syncRuns.finish(executionId, outcome, { lost: signal.aborted, interrupted });
  }

  /** What was never claimed did not run: it stays in line. */
  async lost({ executionId }: JobData<'sync.run'>): Promise<void> {
    const execution = await this.executions.find(executionId);
    if (execution?.state !== 'running') return;
    await this.syncRuns.finish(executionId, failedOutcome(lostError('the process that ran the sync is gone')), { lost: true });
  }
}

const runOf = (executionId: string, run: StartedRun) =>
  ({
    executionId,
    kind: 'sync',
    environmentId: run.environmentId,
    functionId: run.functionId,
    connectionRowId: run.connectionRowId,
    operationId: run.operationId,
    input: null,
    wallMs: LIMITS.sync.runWithinMs,
    sync: run,
  }) as const;
