import { Injectable } from '@nestjs/common';
import { Checkpoints } from '#libs/checkpoints';
import { Database, type Transaction } from '#libs/database';
import { Executions } from '#libs/executions';
import { type ExecutionId, newId } from '#libs/kernel';
import { checkpointKeysOf } from './domain/checkpoint-keys.js';
import { type HeldSchedule, SchedulesRepository } from './schedules.repository.js';
import { SyncRuns } from './sync-runs.service.js';
import { SyncsRepository } from './syncs.repository.js';
import type { SyncTarget, Triggered, TriggerOptions } from './syncs.types.js';

/** Syncs of one trigger whose schedules are held at a time. */
const PAGE = 200;
/** Runs that are cancelled at a time. */
const AT_ONCE = 8;

type Refusal = NonNullable<Triggered['refused']>;

/** A sync that is to run, under an execution to come. */
interface Accepted {
  readonly sync: SyncTarget;
  readonly schedule: HeldSchedule;
  readonly id: ExecutionId;
}

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
   * Accepts one run per sync, a page of syncs in one transaction. A sync that runs, or waits to run, is left alone, unless it is reset:
   * then its run is cancelled, and date and checkpoints are cleared.
   */
  async trigger(targets: readonly SyncTarget[], options: TriggerOptions): Promise<Triggered[]> {
    const triggered: Triggered[] = [];
    for (let at = 0; at < targets.length; at += PAGE) {
      const page = targets.slice(at, at + PAGE);
      triggered.push(...(await this.db.transaction((tx) => this.#accept(tx, page, options))));
    }
    return triggered;
  }

  /**
   * Ends the runs of syncs, also those that wait: the isolate is disposed of, the failure is told as cancelled, and the schedule goes on.
   * Answers the syncs that had one.
   */
  async cancel(targets: readonly SyncTarget[], reason: string): Promise<SyncTarget[]> {
    const live = await this.schedules.liveAmong(targets.map(({ id }) => id));
    const ended = await someAtOnce(
      targets.filter(({ id }) => live.has(id)),
      (sync) =>
        this.db.transaction(async (tx) => {
          const schedule = await this.schedules.hold(tx, sync.id);
          if (!schedule?.liveExecutionId) return [];
          await this.runs.cancelHeld(tx, schedule, reason);
          return [sync];
        }),
    );
    return ended.flat();
  }

  async #accept(tx: Transaction, page: readonly SyncTarget[], options: TriggerOptions): Promise<Triggered[]> {
    const held = await this.schedules.holdSome(
      tx,
      page.map(({ id }) => id),
    );
    const wanted = page.flatMap((sync) => {
      const schedule = held.get(sync.id);
      return schedule && (options.reset || !schedule.liveExecutionId) ? [{ sync, schedule, id: newId() }] : [];
    });
    const accepted = await this.#withRoom(tx, wanted);
    if (options.reset) await this.#reset(tx, accepted);
    await this.#submit(tx, accepted, options);
    const ids = new Map(accepted.map(({ sync, id }) => [sync.id, id]));
    return page.map((sync): Triggered => {
      const executionId = ids.get(sync.id);
      if (executionId) return { sync, executionId, refused: null };
      return { sync, executionId: null, refused: refusalOf(held.get(sync.id), options) };
    });
  }

  /** All targets of a command are of one environment. */
  async #withRoom(tx: Transaction, wanted: readonly Accepted[]): Promise<readonly Accepted[]> {
    const [first] = wanted;
    if (!first) return [];
    const ids = wanted.map(({ id }) => id);
    const { reserved } = await this.executions.reserve(tx, 'sync', first.sync.environmentId, ids);
    return wanted.slice(0, reserved);
  }

  async #submit(tx: Transaction, accepted: readonly Accepted[], { reset, emptyCache }: TriggerOptions): Promise<void> {
    if (accepted.length === 0) return;
    const options = { isTriggered: true, ...(reset && emptyCache ? { emptyCache } : {}) };
    const executions = accepted.map(({ id, sync: { environmentId, connectionRowId, functionId, id: syncId } }) => ({
      id,
      kind: 'sync' as const,
      environmentId,
      connectionRowId,
      functionId,
      syncId,
      options,
    }));
    await this.executions.submitMany(tx, executions);
    await this.schedules.setLive(
      tx,
      accepted.map(({ sync, id }) => ({ syncId: sync.id, executionId: id })),
    );
  }

  async #reset(tx: Transaction, accepted: readonly Accepted[]): Promise<void> {
    for (const { schedule } of accepted) await this.runs.cancelHeld(tx, schedule, 'the sync was reset');
    await this.syncs.clearLastSyncDates(
      tx,
      accepted.map(({ sync }) => sync.id),
    );
    await this.checkpoints.resetAll(tx, accepted.flatMap(checkpointsOf));
  }
}

function refusalOf(schedule: HeldSchedule | undefined, { reset }: TriggerOptions): Refusal {
  if (!schedule) return 'removed';
  return schedule.liveExecutionId && !reset ? 'running' : 'queue_full';
}

const checkpointsOf = ({ sync: { environmentId, connectionRowId, name, variant, models } }: Accepted) =>
  checkpointKeysOf(name, variant, models).map((key) => ({ environmentId, connectionId: connectionRowId, key }));

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
