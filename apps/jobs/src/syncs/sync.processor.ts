import { Inject, Injectable } from '@nestjs/common';
import type { JobData } from '#libs/contracts';
import { ControlChannel, type Execution, failedOutcome, lostError } from '#libs/executions';
import { HandlesJob, type JobContext, type JobHandler } from '#libs/queues';
import { type StartedRun, SyncRuns } from '#libs/scheduling';
import { Runs } from '../runs/runs.service.js';
import { Claims } from '../workers/claims.service.js';
import { untilStored } from '../workers/until-stored.js';
import { outcomeInTime, syncWallMs } from './domain/sync-limits.js';

export const SYNC_RUN_MS = Symbol('sync-run-ms');

/** Runs a sync: opens the run, has it run, and ends it in one transaction with its schedule. */
@Injectable()
@HandlesJob('sync.run')
export class SyncProcessor implements JobHandler<'sync.run'> {
  readonly #wallMs: number;

  constructor(
    private readonly claims: Claims,
    private readonly syncRuns: SyncRuns,
    private readonly runs: Runs,
    private readonly control: ControlChannel,
    @Inject(SYNC_RUN_MS) runMs: number,
  ) {
    this.#wallMs = syncWallMs(runMs);
  }

  handle({ executionId }: JobData<'sync.run'>, { signal }: JobContext): Promise<void> {
    return this.claims.take(executionId, (execution) => this.#run(execution, signal));
  }

  lost({ executionId }: JobData<'sync.run'>): Promise<void> {
    const outcome = failedOutcome(lostError('the process that ran the sync is gone'));
    return this.claims.giveUp(executionId, () => this.syncRuns.finish(executionId, outcome, { lost: true }));
  }

  async #run(execution: Execution, signal: AbortSignal): Promise<void> {
    const executionId = execution.id;
    const started = await untilStored(`the start of ${executionId}`, () => this.syncRuns.start(execution));
    if (!started) return;
    const run = runOf(executionId, started, this.#wallMs);
    const ended = await this.control.run(executionId, signal, (stop) => this.runs.run(run, stop));
    const outcome = outcomeInTime(ended);
    // A run that was cut short because this process stops is due again at once, as is one that ended itself at a checkpoint.
    const interrupted = outcome.status === 'succeeded' && outcome.interrupted === true;
    const ending = { lost: signal.aborted, interrupted };
    await untilStored(`the end of ${executionId}`, () => this.syncRuns.finish(executionId, outcome, ending));
  }
}

const runOf = (executionId: string, run: StartedRun, wallMs: number) =>
  ({
    executionId,
    kind: 'sync',
    environmentId: run.environmentId,
    functionId: run.functionId,
    connectionRowId: run.connectionRowId,
    operationId: run.operationId,
    input: null,
    wallMs,
    sync: run,
  }) as const;
