import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#libs/database';
import type { ConnectionRowId, EnvironmentId, ExecutionId, FunctionId, SyncId } from '#libs/kernel';
import type { RunFacts } from './sync-runs.repository.js';

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

/** A schedule that is held until the transaction ends. */
export interface HeldSchedule {
  readonly syncId: SyncId;
  readonly startsAt: Date;
  readonly frequencyMs: number;
  readonly liveExecutionId: ExecutionId | null;
  /** The database's time: the only clock schedules go by. */
  readonly now: Date;
}

const COLUMNS = `s.sync_id AS "syncId", s.environment_id AS "environmentId", y.connection_id AS "connectionRowId",
  y.function_id AS "functionId" FROM sync_schedules s JOIN syncs y ON y.id = s.sync_id`;

/**
 * Every statement on the clockwork of schedules. `live_execution_id` is the guard of "one live run per sync": it is set only while
 * the row is held and the field is empty, and emptied only by the run it names.
 */
@Injectable()
export class SchedulesRepository {
  constructor(private readonly db: Database) {}

  /** Holds due schedules that nobody else holds, longest overdue first. */
  takeDue(tx: Transaction, limit: number): Promise<TakenSchedule[]> {
    return tx.query<TakenSchedule>(
      `SELECT extract(epoch FROM now() - s.next_run_at)::float8 * 1000 AS "lateMs", ${COLUMNS} WHERE s.state = 'started' AND s.next_run_at <= now() AND s.live_execution_id IS NULL
          AND y.deleted_at IS NULL
        ORDER BY s.next_run_at LIMIT $1 FOR UPDATE OF s SKIP LOCKED`,
      [limit],
    );
  }

  /** Null when the sync is gone. */
  async hold(tx: Transaction, syncId: SyncId): Promise<HeldSchedule | null> {
    const [row] = await tx.query<HeldSchedule>(
      `SELECT sync_id AS "syncId", starts_at AS "startsAt", frequency_ms::float8 AS "frequencyMs", live_execution_id AS "liveExecutionId", now() AS now
         FROM sync_schedules WHERE sync_id = $1 AND state <> 'deleted' FOR UPDATE`,
      [syncId],
    );
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

  /** Executions that ended, or are forgotten, while their schedule still waits for them. */
  async stranded(limit: number): Promise<Pick<RunFacts, 'syncId' | 'executionId'>[]> {
    return this.db.query(
      `SELECT s.sync_id AS "syncId", s.live_execution_id AS "executionId"
         FROM sync_schedules s LEFT JOIN executions e ON e.id = s.live_execution_id
        WHERE s.live_execution_id IS NOT NULL AND (e.id IS NULL OR e.state NOT IN ('queued', 'running')) LIMIT $1`,
      [limit],
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
