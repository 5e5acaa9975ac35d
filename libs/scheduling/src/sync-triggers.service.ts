import { Injectable } from '@nestjs/common';
import { Checkpoints } from '#libs/checkpoints';
import { Database, type Transaction } from '#libs/database';
import { Executions } from '#libs/executions';
import { AppError } from '#libs/kernel';
import { checkpointKeysOf } from './domain/checkpoint-keys.js';
import { type HeldSchedule, SchedulesRepository } from './schedules.repository.js';
import { SyncRuns } from './sync-runs.service.js';
import { SyncsRepository } from './syncs.repository.js';
import type { SyncTarget, Triggered, TriggerOptions } from './syncs.types.js';

/** Syncs of one command that are at work at a time. */
const AT_ONCE = 8;

/** Runs syncs on request, and ends runs, whatever the state of their schedule (spec/engine.md §1.10). */
@Injectable()
export class SyncTriggers {
  constructor(
    private readonly db: Database,
    private readonly syncs: SyncsRepository,
    private readonly schedules: SchedulesRepository,
    private readonly runs: SyncRuns,
    private readonly executions: Executions,
    private readonly checkpoints: Checkpoints,
  ) {}

  /**
   * Accepts one run per sync, each in a transaction of its own. A sync that runs, or waits to run, is left alone, unless it is reset:
   * then its run is cancelled, and date and checkpoints are cleared.
   */
  async trigger(targets: readonly SyncTarget[], options: TriggerOptions): Promise<Triggered[]> {
    return someAtOnce(targets, (sync) => this.#run(sync, options));
  }

  /**
   * Ends the runs of syncs, also those that wait: the isolate is disposed of, the failure is told as cancelled, and the schedule goes on.
   * Answers the syncs that had one.
   */
  async cancel(targets: readonly SyncTarget[], reason: string): Promise<SyncTarget[]> {
    const ended = await someAtOnce(targets, (sync) =>
      this.db.transaction(async (tx) => {
        const schedule = await this.schedules.hold(tx, sync.id);
        if (!schedule?.liveExecutionId) return [];
        await this.runs.cancelHeld(tx, schedule, reason);
        return [sync];
      }),
    );
    return ended.flat();
  }

  async #run(sync: SyncTarget, options: TriggerOptions): Promise<Triggered> {
    try {
      return await this.db.transaction((tx) => this.#accept(tx, sync, options));
    } catch (error) {
      if (error instanceof AppError && error.code === 'queue_full') return { sync, executionId: null, refused: 'queue_full' };
      throw error;
    }
  }

  async #accept(tx: Transaction, sync: SyncTarget, options: TriggerOptions): Promise<Triggered> {
    const schedule = await this.schedules.hold(tx, sync.id);
    if (!schedule) return { sync, executionId: null, refused: 'removed' };
    if (options.reset) await this.#reset(tx, sync, schedule);
    else if (schedule.liveExecutionId) return { sync, executionId: null, refused: 'running' };
    const { environmentId, connectionRowId, functionId } = sync;
    const emptyCache = options.reset && options.emptyCache;
    const executionId = await this.executions.submit(tx, {
      kind: 'sync',
      environmentId,
      connectionRowId,
      functionId,
      syncId: sync.id,
      options: { isTriggered: true, ...(emptyCache ? { emptyCache } : {}) },
    });
    await this.schedules.setLive(tx, [{ syncId: sync.id, executionId }]);
    return { sync, executionId, refused: null };
  }

  async #reset(tx: Transaction, sync: SyncTarget, schedule: HeldSchedule): Promise<void> {
    const { environmentId, connectionRowId, name, variant, models } = sync;
    await this.runs.cancelHeld(tx, schedule, 'the sync was reset');
    await this.syncs.clearLastSyncDate(tx, sync.id);
    await this.checkpoints.reset(environmentId, connectionRowId, checkpointKeysOf(name, variant, models), tx);
  }
}

async function someAtOnce<Result>(
  targets: readonly SyncTarget[],
  work: (sync: SyncTarget) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < targets.length; at += AT_ONCE) {
    results.push(...(await Promise.all(targets.slice(at, at + AT_ONCE).map(work))));
  }
  return results;
}
