import { Injectable } from '@nestjs/common';
import { Database } from '#libs/database';
import { datasetOf } from './domain/checkpoint-keys.js';

/** The records a live sync keeps. */
export interface SyncedDataset {
  /** Row id of the connection. */
  readonly connectionId: number;
  /** `Model`, or `Model::variant`. */
  readonly model: string;
}

// The latest run of a sync is kept for good, so one that does not succeed is seen too.
const SYNCED = `SELECT DISTINCT y.connection_id AS "connectionId", y.variant, models.model
  FROM syncs y JOIN functions f ON f.id = y.function_id
  CROSS JOIN LATERAL jsonb_array_elements_text(f.definition->'models') AS models (model)
  WHERE y.connection_id = ANY ($1::int[]) AND y.deleted_at IS NULL AND (y.created_at >= $2 OR y.last_sync_date >= $2
    OR EXISTS (SELECT 1 FROM sync_schedules s WHERE s.sync_id = y.id AND s.live_execution_id IS NOT NULL)
    OR EXISTS (SELECT 1 FROM sync_runs r WHERE r.sync_id = y.id AND r.started_at >= $2))`;

/** Which records syncs still keep up to date: those may not go for want of changes. */
@Injectable()
export class SyncedDatasets {
  constructor(private readonly db: Database) {}

  /** Of these connections, the datasets of syncs that are live and were made, ran or run since a moment. */
  async since(moment: Date, connectionIds: readonly number[]): Promise<SyncedDataset[]> {
    const rows = await this.db.query<SyncedDataset & { variant: string }>(SYNCED, [connectionIds, moment]);
    return rows.map(({ connectionId, model, variant }) => ({ connectionId, model: datasetOf(model, variant) }));
  }
}
