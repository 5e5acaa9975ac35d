import { Injectable } from '@nestjs/common';
import type { Checkpoint, ModelCounts } from '#libs/contracts';
import { Database } from '#libs/database';
import type { ConnectionRowId, SyncId } from '#libs/kernel';
import { checkpointKeyOf } from './domain/checkpoint-keys.js';
import { nextTick } from './domain/next-run.js';
import { type RunStatus, type ScheduleState, syncStateOf } from './domain/sync-status.js';
import type { RunType, SyncRef, SyncScope, SyncStatus } from './syncs.types.js';

interface StatusRow {
  id: SyncId;
  name: string;
  variant: string;
  connectionRowId: ConnectionRowId;
  connectionId: string;
  models: string[];
  frequency: string | null;
  state: ScheduleState;
  startsAt: Date;
  frequencyMs: number;
  nextRunAt: Date;
  live: boolean;
  now: Date;
  type: RunType | null;
  status: RunStatus | null;
  results: ModelCounts | null;
  finishedAt: Date | null;
}

const STATUSES = `SELECT y.id, y.name, y.variant, y.connection_id AS "connectionRowId", c.connection_id AS "connectionId",
    f.definition->'models' AS models, coalesce(y.frequency_override, f.definition->>'runs') AS frequency, s.state,
    s.starts_at AS "startsAt", s.frequency_ms::float8 AS "frequencyMs", s.next_run_at AS "nextRunAt",
    s.live_execution_id IS NOT NULL AS live, now() AS now, r.type, r.status, r.results, r.finished_at AS "finishedAt"
  FROM syncs y JOIN sync_schedules s ON s.sync_id = y.id JOIN functions f ON f.id = y.function_id
    JOIN connections c ON c.id = y.connection_id
    LEFT JOIN LATERAL (SELECT * FROM sync_runs WHERE sync_id = y.id ORDER BY id DESC LIMIT 1) r ON true
  WHERE y.environment_id = $1 AND c.integration_id = $2 AND y.deleted_at IS NULL AND ($3::int IS NULL OR y.connection_id = $3)
    AND (cardinality($4::text[]) = 0 OR (y.name, y.variant) IN (SELECT * FROM unnest($4::text[], $5::text[])))
  ORDER BY y.name, y.variant, c.id`;

/** How syncs stand (spec/engine.md §2.6). */
@Injectable()
export class SyncStatuses {
  constructor(private readonly db: Database) {}

  /** Of the syncs named, or all where none is; unknown ones are left out. */
  async of(scope: SyncScope, refs: readonly SyncRef[]): Promise<SyncStatus[]> {
    const rows = await this.db.query<StatusRow>(STATUSES, [
      scope.environmentId,
      scope.integrationId,
      scope.connectionRowId,
      refs.map(({ name }) => name),
      refs.map(({ variant }) => variant),
    ]);
    const checkpoints = await this.#checkpoints(scope, rows);
    return rows.map((row) => toStatus(row, checkpoints.get(pointOf(row)) ?? null));
  }

  async #checkpoints(scope: SyncScope, rows: readonly StatusRow[]): Promise<Map<string, Checkpoint>> {
    const found = await this.db.query<{ point: string; checkpoint: Checkpoint }>(
      `SELECT connection_id || '/' || key AS point, checkpoint FROM checkpoints
        WHERE environment_id = $1 AND (connection_id, key) IN (SELECT * FROM unnest($2::int[], $3::text[])) AND checkpoint IS NOT NULL`,
      [
        scope.environmentId,
        rows.map(({ connectionRowId }) => connectionRowId),
        rows.map(({ name, variant }) => checkpointKeyOf(name, variant)),
      ],
    );
    return new Map(found.map(({ point, checkpoint }) => [point, checkpoint]));
  }
}

const pointOf = ({ connectionRowId, name, variant }: StatusRow): string => `${connectionRowId}/${checkpointKeyOf(name, variant)}`;

const toStatus = (row: StatusRow, checkpoint: Checkpoint | null): SyncStatus => ({
  id: row.id,
  name: row.name,
  variant: row.variant,
  connectionRowId: row.connectionRowId,
  connectionId: row.connectionId,
  models: row.models,
  type: row.type === 'INCREMENTAL' ? 'INCREMENTAL' : 'INITIAL',
  status: syncStateOf(row.state, row.status),
  frequency: row.frequency,
  finishedAt: row.finishedAt,
  nextScheduledSyncAt: nextOf(row),
  latestResult: row.status === null || row.status === 'RUNNING' ? null : row.results,
  latestExecutionStatus: row.status,
  checkpoint,
});

/** While a run is on, the tick after it. */
function nextOf(row: StatusRow): Date | null {
  if (row.state !== 'started') return null;
  return row.live ? nextTick(row, row.now) : row.nextRunAt;
}
