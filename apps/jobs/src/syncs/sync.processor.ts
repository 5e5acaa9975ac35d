import { Inject, Injectable } from '@nestjs/common';
import type { JobData } from '#libs/contracts';
import { ControlChannel, Executions, failedOutcome, lostError } from '#libs/executions';
import { HandlesJob, type JobContext, type JobHandler } from '#libs/queues';
import { type StartedRun, SyncRuns } from '#libs/scheduling';
import { Runs } from '../runs/runs.service.js';
import { Claims } from '../workers/claims.service.js';
import { outcomeInTime, syncWallMs } from './domain/sync-limits.js';
import { untilStored } from './until-stored.js';

export const SYNC_RUN_MS = Symbol('sync-run-ms');

/** Runs a sync: opens the run, has it run, and ends it in one transaction with its schedule. */
@Injectable()
@HandlesJob('sync.run')
export class SyncProcessor implements JobHandler<'sync.run'> {
  readonly #wallMs: number;

  constructor(
    private readonly claims: Claims,
    private readonly executions: Executions,
    private readonly syncRuns: SyncRuns,
    private readonly runs: Runs,
    private readonly control: ControlChannel,
    @Inject(SYNC_RUN_MS) runMs: number,
  ) {
    this.#wallMs = syncWallMs(runMs);
  }

  async handle({ executionId }: JobData<'sync.run'>, { signal }: JobContext): Promise<void> {
    const execution = await this.claims.claim(executionId);
    if (!execution) return;
    const started = await this.syncRuns.start(executionId);
    if (!started) return;
    const run = runOf(executionId, started, this.#wallMs);
    const ended = await this.control.run(executionId, signal, (stop) => this.runs.run(run, stop));
    const outcome = outcomeInTime(ended, this.#wallMs);
    // A run that was cut short because this process stops is due again at once, as is one that ended itself at a checkpoint.
    const interrupted = outcome.status === 'succeeded' && outcome.interrupted === true;
    const end = { lost: signal.aborted, interrupted };
    await untilStored(`the end of ${executionId}`, () => this.syncRuns.finish(executionId, outcome, end), { stop: signal });
  }

  /** What was never claimed did not run: it stays in line. */
  lost({ executionId }: JobData<'sync.run'>): Promise<void> {
    return untilStored(`the loss of ${executionId}`, async () => {
      const execution = await this.executions.find(executionId);
      if (execution?.state !== 'running') return;
      await this.syncRuns.finish(executionId, failedOutcome(lostError('the process that ran the sync is gone')), { lost: true });
    });
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
