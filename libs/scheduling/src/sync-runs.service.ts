import { Injectable } from '@nestjs/common';
import type { FunctionError, Outcome } from '#libs/contracts';
import { Database, type Transaction } from '#libs/database';
import { cancelledError, Executions, failedOutcome, lostError } from '#libs/executions';
import { type ExecutionId, idFloor } from '#libs/kernel';
import { type Operation, OperationLog } from '#libs/logs';
import { checkpointKeyOf } from './domain/checkpoint-keys.js';
import { RunEndings } from './run-endings.js';
import { type HeldSchedule, SchedulesRepository } from './schedules.repository.js';
import { type RunFacts, type SyncExecution, SyncRunsRepository } from './sync-runs.repository.js';
import type { FinishOptions, RunType, StartedRun } from './syncs.types.js';

const FIRST = idFloor(new Date(0));

/** Runs of syncs: from the claimed execution to what its outcome changes (spec/engine.md §2.5). */
@Injectable()
export class SyncRuns {
  #lookedUpTo: ExecutionId = FIRST;

  constructor(
    private readonly db: Database,
    private readonly runs: SyncRunsRepository,
    private readonly schedules: SchedulesRepository,
    private readonly endings: RunEndings,
    private readonly executions: Executions,
    private readonly operations: OperationLog,
  ) {}

  /**
   * Opens the run of an execution that was claimed, with its `sync:run` operation; a second call answers the same run. Null when there
   * is nothing to run or to finish: the sync was removed meanwhile, and the execution is cancelled, or the execution has ended.
   */
  async start(execution: SyncExecution): Promise<StartedRun | null> {
    const facts = await this.runs.facts(execution);
    if (!facts || facts.removed) {
      await this.executions.cancel(this.db, execution.id, 'the sync was removed');
      return null;
    }
    const { runId, startedAt, operationId } = facts;
    if (runId !== null && startedAt && operationId) return toStartedRun(facts, { id: runId, startedAt }, operationId);
    const operation = this.#open(facts);
    const inserted = await this.runs.insert(facts, typeOf(facts), operation.id);
    if (inserted) return toStartedRun(facts, inserted, operation.id);
    operation.finish({ state: 'cancelled', error: { message: 'the execution was ended before it began' } });
    return null;
  }

  /**
   * Settles a run in one transaction: execution, run, last sync date, next run, the connection's errors, webhooks to send.
   * False when the execution had ended before: a late result changes nothing.
   */
  async finish(executionId: ExecutionId, outcome: Outcome, options: FinishOptions = {}): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const schedule = await this.schedules.holdOf(tx, executionId);
      const settled = await this.executions.settle(tx, executionId, settlementOf(outcome, options));
      if (!settled) return false;
      // From now on nobody opens its run. Of a sync whose rows are gone, there was only the ledger to write.
      const facts = await this.runs.facts(settled, tx);
      if (facts) await this.endings.conclude(tx, facts, schedule, outcome, options);
      return true;
    });
  }

  /** Ends the run of a schedule that is held: the isolate is disposed of, and the failure told as cancelled. */
  async cancelHeld(tx: Transaction, schedule: HeldSchedule, reason: string): Promise<void> {
    const { liveExecutionId } = schedule;
    if (!liveExecutionId) return;
    await this.executions.cancel(tx, liveExecutionId, reason);
    await this.#free(tx, liveExecutionId, schedule, { state: 'cancelled' }, cancelledError(reason));
  }

  /** Forgets old runs, at most `limit`; answers how many. */
  removeBefore(before: Date, limit: number): Promise<number> {
    return this.runs.removeBefore(before, limit);
  }

  /**
   * Frees schedules whose execution ended, or was forgotten, without its run being finished: the orchestrator's sweep. Looks at `limit`
   * of those that run or wait to run, at the next ones with every call. Answers how many it freed.
   */
  async freeStranded(limit: number): Promise<number> {
    const page = await this.schedules.live(this.#lookedUpTo, limit);
    const stranded = page.filter(({ isStranded }) => isStranded);
    for (const { syncId, executionId } of stranded) {
      await this.db.transaction(async (tx) => {
        const schedule = await this.schedules.hold(tx, syncId);
        if (schedule?.liveExecutionId !== executionId) return;
        await this.#free(tx, executionId, schedule, { lost: true }, lostError('what ran the sync is gone'));
      });
    }
    this.#lookedUpTo = page.length === limit ? (page.at(-1)?.executionId ?? FIRST) : FIRST;
    return stranded.length;
  }

  async #free(
    tx: Transaction,
    executionId: ExecutionId,
    schedule: HeldSchedule,
    options: FinishOptions,
    error: FunctionError,
  ): Promise<void> {
    const execution = await this.runs.execution(executionId, tx);
    const facts = execution && (await this.runs.facts(execution, tx));
    if (facts) await this.endings.conclude(tx, facts, schedule, failedOutcome(execution.error ?? error), options);
    else await this.schedules.release(tx, schedule.syncId, executionId, schedule.now);
  }

  #open(facts: RunFacts): Operation {
    return this.operations.start({
      type: 'sync',
      action: 'run',
      message: `sync ${facts.syncName}`,
      environmentId: facts.environmentId,
      environmentName: facts.environmentName,
      integrationName: facts.providerConfigKey,
      provider: facts.provider,
      connectionRowId: facts.connectionRowId,
      connectionName: facts.connectionId,
      functionName: facts.syncName,
      syncId: facts.syncId,
      executionId: facts.executionId,
      meta: { version: facts.functionVersion, variant: facts.variant, type: typeOf(facts), emptyCache: facts.emptyCache },
    });
  }
}

const settlementOf = (outcome: Outcome, { state }: FinishOptions) =>
  outcome.status === 'succeeded'
    ? ({ state: 'succeeded' } as const)
    : { state: state ?? ('failed' as const), error: outcome.error };

/** Incremental where the author says so and there is a run to go on from. */
const typeOf = ({ type, incremental, lastSyncDate }: RunFacts): RunType =>
  type ?? (incremental && lastSyncDate ? 'INCREMENTAL' : 'FULL');

const toStartedRun = (
  facts: RunFacts,
  run: { readonly id: number; readonly startedAt: Date },
  operationId: string,
): StartedRun => ({
  syncRunId: run.id,
  syncId: facts.syncId,
  syncName: facts.syncName,
  variant: facts.variant,
  type: typeOf(facts),
  environmentId: facts.environmentId,
  environmentName: facts.environmentName,
  functionId: facts.functionId,
  connectionRowId: facts.connectionRowId,
  lastSyncDate: facts.lastSyncDate,
  emptyCache: facts.emptyCache,
  checkpointKey: checkpointKeyOf(facts.syncName, facts.variant),
  startedAt: run.startedAt,
  operationId,
});
