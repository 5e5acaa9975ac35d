import { Injectable } from '@nestjs/common';
import { Database } from '#libs/database';
import type { ConnectionRowId, EnvironmentId, SyncId } from '#libs/kernel';
import { datasetOf } from './domain/checkpoint-keys.js';

/** A sync that was closed, with the datasets it alone wrote. */
export interface RemovedSync {
  readonly id: SyncId;
  readonly environmentId: EnvironmentId;
  readonly connectionRowId: ConnectionRowId;
  /** `Model`, or `Model::variant`; none where a live sync of the connection writes it too. */
  readonly datasets: readonly string[];
  /** Its connection was deleted: whatever is stored for that may go. */
  readonly isConnectionDeleted: boolean;
}

interface RemovedRow {
  id: SyncId;
  environmentId: EnvironmentId;
  connectionRowId: ConnectionRowId;
  variant: string;
  models: string[];
  isConnectionDeleted: boolean;
}

const TAKE = `SELECT y.id, y.environment_id AS "environmentId", y.connection_id AS "connectionRowId", y.variant,
    c.deleted_at IS NOT NULL AS "isConnectionDeleted",
    ARRAY(SELECT jsonb_array_elements_text(f.definition->'models')
          EXCEPT
          SELECT jsonb_array_elements_text(g.definition->'models') FROM syncs o JOIN functions g ON g.id = o.function_id
           WHERE o.connection_id = y.connection_id AND o.variant = y.variant AND o.deleted_at IS NULL) AS models
  FROM syncs y JOIN functions f ON f.id = y.function_id JOIN connections c ON c.id = y.connection_id
  WHERE y.deleted_at IS NOT NULL ORDER BY y.deleted_at LIMIT $1`;

const FORGET = `WITH runs AS (DELETE FROM sync_runs WHERE sync_id = $1), schedule AS (DELETE FROM sync_schedules WHERE sync_id = $1)
  SELECT 1`;

/** What closed syncs leave behind: their rows stay until whoever holds the records has removed those. */
@Injectable()
export class RemovedSyncs {
  constructor(private readonly db: Database) {}

  /** Longest closed first. */
  async list(limit: number): Promise<RemovedSync[]> {
    const rows = await this.db.query<RemovedRow>(TAKE, [limit]);
    return rows.map(({ id, environmentId, connectionRowId, variant, models, isConnectionDeleted }) => ({
      id,
      environmentId,
      connectionRowId,
      datasets: models.map((model) => datasetOf(model, variant)),
      isConnectionDeleted,
    }));
  }

  /** Removes the rows of a closed sync for good, once its records are gone. */
  async forget(id: SyncId): Promise<void> {
    await this.db.transaction(async (tx) => {
      await tx.query(FORGET, [id]);
      await tx.query('DELETE FROM syncs WHERE id = $1 AND deleted_at IS NOT NULL', [id]);
    });
  }

  /** Which of these connections still have syncs, closed ones included. */
  async connectionsAmong(ids: readonly ConnectionRowId[]): Promise<ConnectionRowId[]> {
    const rows = await this.db.query<{ id: ConnectionRowId }>(
      'SELECT DISTINCT connection_id AS id FROM syncs WHERE connection_id = ANY($1)',
      [ids],
    );
    return rows.map(({ id }) => id);
  }
}
