import { Injectable } from '@nestjs/common';
import type { ModelCounts, Outcome } from '#libs/contracts';
import type { Transaction } from '#libs/database';
import { Deliveries } from '#libs/deliveries';
import { Executions } from '#libs/executions';
import type { ExecutionId } from '#libs/kernel';
import { type FinalState, OperationLog } from '#libs/logs';
import { nextRunAfter, type RunEnding } from './domain/next-run.js';
import { runResults } from './domain/run-results.js';
import { failureWebhooks, successWebhooks } from './domain/sync-webhooks.js';
import { type HeldSchedule, SchedulesRepository } from './schedules.repository.js';
import { type RunFacts, SyncRunsRepository } from './sync-runs.repository.js';
import type { FinishOptions } from './syncs.types.js';

/** What the end of a run leaves behind, in the transaction that settles it (spec/engine.md §2.5). */
@Injectable()
export class RunEndings {
  constructor(
    private readonly runs: SyncRunsRepository,
    private readonly schedules: SchedulesRepository,
    private readonly executions: Executions,
    private readonly deliveries: Deliveries,
    private readonly operations: OperationLog,
  ) {}

  /** @param schedule held in this transaction, null where the sync was removed meanwhile: then nobody is told */
  async conclude(
    tx: Transaction,
    facts: RunFacts,
    schedule: HeldSchedule | null,
    outcome: Outcome,
    options: FinishOptions,
  ): Promise<void> {
    const results = runResults(facts.models, facts.variant, outcome.results);
    await this.runs.end(tx, facts.executionId, outcome.status === 'succeeded' ? 'SUCCESS' : 'STOPPED', results);
    if (schedule) {
      const ending = await this.#endingOf(tx, facts, options);
      await this.schedules.release(tx, facts.syncId, facts.executionId, nextRunAfter(schedule, ending, schedule.now));
      if (ending === 'interrupted' && schedule.state === 'paused' && facts.isTriggered) await this.#goOn(tx, facts);
      await this.#remember(tx, facts, outcome, options);
      await this.#announce(tx, facts, outcome, results, schedule.now);
    }
    tx.afterCommit(() => this.#finishOperation(facts, outcome, results, options));
  }

  /** One whose time was up goes on at once too, if it got as far as a checkpoint. */
  async #endingOf(tx: Transaction, facts: RunFacts, { lost, interrupted, state }: FinishOptions): Promise<RunEnding> {
    if (lost) return 'lost';
    const isUp = state === 'expired' && facts.startedAt !== null && (await this.runs.hasCheckpoint(tx, facts));
    return interrupted || isUp ? 'interrupted' : 'complete';
  }

  /** What was asked for by hand gets to its end by itself, though its schedule rests. */
  async #goOn(tx: Transaction, { environmentId, connectionRowId, functionId, syncId }: RunFacts): Promise<void> {
    const next = { kind: 'sync', environmentId, connectionRowId, functionId, syncId, options: { isTriggered: true } } as const;
    const [executionId] = await this.executions.submitMany(tx, [next]);
    await this.schedules.setLive(tx, [{ syncId, executionId: executionId as ExecutionId }]);
  }

  async #remember(tx: Transaction, facts: RunFacts, outcome: Outcome, { interrupted }: FinishOptions): Promise<void> {
    if (outcome.status === 'failed') return this.runs.setProblem(tx, facts, facts.operationId ?? facts.executionId);
    if (interrupted) await this.runs.markContinuing(tx, facts.executionId);
    else await this.runs.moveLastSyncDate(tx, facts.executionId);
    await this.runs.clearProblem(tx, facts);
  }

  async #announce(tx: Transaction, facts: RunFacts, outcome: Outcome, results: ModelCounts, now: Date): Promise<void> {
    const run = {
      ...facts,
      type: facts.type ?? 'FULL',
      startedAt: facts.startedAt ?? now,
      checkpoints: outcome.checkpoints,
    };
    const payloads =
      outcome.status === 'succeeded'
        ? successWebhooks(run, results, facts.webhookSettings)
        : failureWebhooks(run, outcome.error, facts.webhookSettings, now);
    const { environmentId, connectionRowId } = facts;
    const operationId = facts.operationId ?? undefined;
    for (const payload of payloads) {
      await this.deliveries.store(tx, { environmentId, connectionRowId, type: 'sync', payload, operationId });
    }
  }

  #finishOperation(facts: RunFacts, outcome: Outcome, results: ModelCounts, options: FinishOptions): void {
    if (!facts.operationId) return;
    this.operations.finish(facts.operationId, {
      state: operationStateOf(outcome, options),
      error:
        outcome.status === 'failed'
          ? { message: outcome.error.message ?? outcome.error.code, type: outcome.error.code, payload: outcome.error.payload }
          : undefined,
      meta: {
        results,
        durationMs: outcome.durationMs,
        proxyCalls: outcome.proxyCalls,
        checkpoints: outcome.checkpoints,
        interrupted: options.interrupted ?? false,
      },
    });
  }
}

const operationStateOf = (outcome: Outcome, { state }: FinishOptions): FinalState => {
  if (outcome.status === 'succeeded') return 'success';
  return state === 'cancelled' ? 'cancelled' : 'failed';
};
