import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#libs/database';
import type { ConnectionRowId, EnvironmentId, ExecutionId, FunctionId, SyncId } from '#libs/kernel';

/** A schedule whose time has come, or that somebody triggered. */
export interface DueSchedule {
  readonly syncId: SyncId;
  readonly environmentId: EnvironmentId;
  readonly connectionRowId: ConnectionRowId;
  readonly functionId: FunctionId;
}

/** A schedule whose time has come, and how long ago. */
export interface TakenSchedule extends DueSchedule {
  readonly lateMs: number;
}

/** What is due and not yet accepted. */
export interface OverdueSchedules {
  readonly count: number;
  /** How long the longest of them has been due; 0 where none is. */
  readonly oldestMs: number;
}

/** A schedule that waits for an execution to end. */
export interface LiveSchedule {
  readonly syncId: SyncId;
  readonly executionId: ExecutionId;
  readonly isStranded: boolean;
}

/** A schedule that is held until the transaction ends. */
export interface HeldSchedule {
  readonly syncId: SyncId;
  readonly state: 'started' | 'paused';
  readonly startsAt: Date;
  readonly frequencyMs: number;
  readonly liveExecutionId: ExecutionId | null;
  /** The database's time: the only clock schedules go by. */
  readonly now: Date;
}

// Due rows first, by their index and whatever the statistics say: how many syncs there are must not matter.
const TAKE_DUE = `WITH due AS MATERIALIZED (
    SELECT sync_id, environment_id, next_run_at FROM sync_schedules
     WHERE state = 'started' AND next_run_at <= now() AND live_execution_id IS NULL
     ORDER BY next_run_at LIMIT $1 FOR UPDATE SKIP LOCKED)
  SELECT due.sync_id AS "syncId", due.environment_id AS "environmentId", y.connection_id AS "connectionRowId",
         y.function_id AS "functionId",
         extract(epoch FROM now() - due.next_run_at)::float8 * 1000 AS "lateMs"
    FROM due JOIN syncs y ON y.id = due.sync_id ORDER BY due.next_run_at`;

const HOLD = (
  condition: string,
) => `SELECT sync_id AS "syncId", state, starts_at AS "startsAt", frequency_ms::float8 AS "frequencyMs",
    live_execution_id AS "liveExecutionId", now() AS now
  FROM sync_schedules WHERE ${condition} AND state <> 'deleted' ORDER BY sync_id FOR UPDATE`;

/**
 * Every statement on the clockwork of schedules. `live_execution_id` is the guard of "one live run per sync": it is set only while
 * the row is held and the field is empty, and emptied only by the run it names.
 */
@Injectable()
export class SchedulesRepository {
  constructor(private readonly db: Database) {}

  /** Holds due schedules that nobody else holds, longest overdue first. */
  takeDue(tx: Transaction, limit: number): Promise<TakenSchedule[]> {
    return tx.query<TakenSchedule>(TAKE_DUE, [limit]);
  }

  /** Null when the sync is gone. */
  async hold(tx: Transaction, syncId: SyncId): Promise<HeldSchedule | null> {
    const [row] = await tx.query<HeldSchedule>(HOLD('sync_id = $1'), [syncId]);
    return row ?? null;
  }

  /** Those that are there, by sync. */
  async holdSome(tx: Transaction, syncIds: readonly SyncId[]): Promise<Map<SyncId, HeldSchedule>> {
    const rows = await tx.query<HeldSchedule>(HOLD('sync_id = ANY ($1::uuid[])'), [syncIds]);
    return new Map(rows.map((row) => [row.syncId, row]));
  }

  /** Those of the syncs whose run is on, or waits. */
  async liveAmong(syncIds: readonly SyncId[]): Promise<Set<SyncId>> {
    const rows = await this.db.query<{ id: SyncId }>(
      `SELECT sync_id AS id FROM sync_schedules WHERE sync_id = ANY ($1::uuid[]) AND live_execution_id IS NOT NULL`,
      [syncIds],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** The schedule of an execution's sync. Null when the sync is gone. */
  async holdOf(tx: Transaction, executionId: ExecutionId): Promise<HeldSchedule | null> {
    const [row] = await tx.query<HeldSchedule>(HOLD('sync_id = (SELECT sync_id FROM executions WHERE id = $1)'), [executionId]);
    return row ?? null;
  }

  async setLive(tx: Transaction, runs: readonly { readonly syncId: SyncId; readonly executionId: ExecutionId }[]): Promise<void> {
    await tx.query(
      `UPDATE sync_schedules s SET live_execution_id = given.execution_id, updated_at = now()
         FROM unnest($1::uuid[], $2::uuid[]) AS given (sync_id, execution_id) WHERE s.sync_id = given.sync_id`,
      [runs.map(({ syncId }) => syncId), runs.map(({ executionId }) => executionId)],
    );
  }

  /** Frees the schedule of a run that ended, if it still is that run's. */
  async release(tx: Transaction, syncId: SyncId, executionId: ExecutionId, nextRunAt: Date): Promise<void> {
    await tx.query(
      `UPDATE sync_schedules SET live_execution_id = NULL, next_run_at = $3, updated_at = now()
        WHERE sync_id = $1 AND live_execution_id = $2`,
      [syncId, executionId, nextRunAt],
    );
  }

  /**
   * A page of the schedules that wait for an execution, by its id, and whether that has ended, or is forgotten: nobody will free the
   * schedule then. However many wait, a page costs the same.
   */
  async live(after: ExecutionId, limit: number): Promise<LiveSchedule[]> {
    return this.db.query(
      `WITH page AS MATERIALIZED (
         SELECT sync_id, live_execution_id FROM sync_schedules WHERE live_execution_id > $1 ORDER BY live_execution_id LIMIT $2)
       SELECT p.sync_id AS "syncId", p.live_execution_id AS "executionId",
              e.id IS NULL OR e.state NOT IN ('queued', 'running') AS "isStranded"
         FROM page p LEFT JOIN executions e ON e.id = p.live_execution_id ORDER BY p.live_execution_id`,
      [after, limit],
    );
  }

  /** What is due, counted up to `limit`. */
  async overdue(limit: number): Promise<OverdueSchedules> {
    const [row] = await this.db.query<OverdueSchedules>(
      `SELECT count(*)::int AS count, coalesce(extract(epoch FROM now() - min(next_run_at)) * 1000, 0)::float8 AS "oldestMs"
         FROM (SELECT next_run_at FROM sync_schedules WHERE state = 'started' AND live_execution_id IS NULL AND next_run_at <= now()
                ORDER BY next_run_at LIMIT $1) AS due`,
      [limit],
    );
    return row as OverdueSchedules;
  }
}
