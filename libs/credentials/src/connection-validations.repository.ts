import { Injectable } from '@nestjs/common';
import { Database, type Sql } from '#libs/database';
import type { ConnectionRowId, EnvironmentId } from '#libs/kernel';
import { REF_COLUMNS, type RefRow, toRef } from './connection-rows.js';
import type { ConnectionRef } from './credentials.types.js';

/** A saved connection that somebody has yet to accept. */
export interface Validation {
  /** Saving the connection again makes it another one: what becomes of the earlier does not matter any more. */
  readonly validationId: string;
  readonly environmentId: EnvironmentId;
  readonly rowId: ConnectionRowId;
}

/** One whose process was lost. */
export interface OverdueValidation extends Validation {
  readonly ref: ConnectionRef;
  /** Nobody was told of the connection yet. */
  readonly isNew: boolean;
  readonly authMode: string;
}

/** Longer than functions may take. */
const WITHIN = `interval '7 minutes'`;

const REFUSE = `UPDATE connections SET validation_id = NULL, validation_deadline_at = NULL, refresh_attempts = 4, refresh_exhausted = true,
    refresh_failed_at = now(), next_refresh_at = NULL, version = version + 1, updated_at = now()
  WHERE environment_id = $1 AND id = $2 AND validation_id = $3 RETURNING id`;

/** Connections between being saved and being accepted (spec/auth.md §3.8). Everything but `begin` changes only what still waits. */
@Injectable()
export class ConnectionValidationsRepository {
  constructor(private readonly db: Database) {}

  async begin(tx: Sql, { environmentId, rowId, validationId }: Validation, isNew: boolean): Promise<void> {
    await tx.query(
      `UPDATE connections SET validation_id = $3, validation_deadline_at = now() + ${WITHIN}, is_announced = NOT $4
        WHERE environment_id = $1 AND id = $2`,
      [environmentId, rowId, validationId, isNew],
    );
  }

  /** `superseded`: the connection was saved again; `gone`: it was deleted. */
  async accept(tx: Sql, { environmentId, rowId, validationId }: Validation): Promise<'accepted' | 'superseded' | 'gone'> {
    const rows = await tx.query(
      `UPDATE connections SET validation_id = NULL, validation_deadline_at = NULL, is_announced = true
        WHERE environment_id = $1 AND id = $2 AND validation_id = $3 AND deleted_at IS NULL RETURNING id`,
      [environmentId, rowId, validationId],
    );
    if (rows.length > 0) return 'accepted';
    const left = await tx.query('SELECT 1 FROM connections WHERE id = $1 AND deleted_at IS NULL', [rowId]);
    return left.length > 0 ? 'superseded' : 'gone';
  }

  /** Removes a connection nobody was told of; one that something hangs on already is deleted as any other is, later for good. */
  async remove(tx: Sql, { environmentId, rowId, validationId }: Validation): Promise<'removed' | 'deleted' | undefined> {
    const [held] = await tx.query<{ is_used: boolean }>(
      `SELECT EXISTS (SELECT 1 FROM syncs s WHERE s.connection_id = c.id) AS is_used FROM connections c
        WHERE environment_id = $1 AND id = $2 AND validation_id = $3 AND deleted_at IS NULL FOR UPDATE`,
      [environmentId, rowId, validationId],
    );
    if (!held) return undefined;
    if (held.is_used) {
      await tx.query(`UPDATE connections SET deleted_at = now(), validation_id = NULL, version = version + 1 WHERE id = $1`, [
        rowId,
      ]);
      return 'deleted';
    }
    await tx.query('DELETE FROM connection_errors WHERE connection_id = $1', [rowId]);
    await tx.query('DELETE FROM connections WHERE id = $1', [rowId]);
    return 'removed';
  }

  /** The credentials are not used before somebody connects anew. False when the connection was saved again, or deleted. */
  async exhaust(tx: Sql, { environmentId, rowId, validationId }: Validation, operationId: string): Promise<boolean> {
    const rows = await tx.query(REFUSE, [environmentId, rowId, validationId]);
    if (rows.length === 0) return false;
    await tx.query(
      `INSERT INTO connection_errors (connection_id, type, operation_id) VALUES ($1, 'auth', $2)
       ON CONFLICT (connection_id, type, scope) DO UPDATE SET operation_id = excluded.operation_id, created_at = now()`,
      [rowId, operationId],
    );
    return true;
  }

  async overdue(limit: number): Promise<OverdueValidation[]> {
    const rows = await this.db.query<RefRow & { validation_id: string; is_announced: boolean; credentials_type: string }>(
      `SELECT ${REF_COLUMNS}, c.validation_id, c.is_announced, c.credentials_type
         FROM connections c JOIN integrations i ON i.id = c.integration_id
        WHERE c.validation_id IS NOT NULL AND c.validation_deadline_at <= now() AND c.deleted_at IS NULL LIMIT $1`,
      [limit],
    );
    return rows.map((row) => ({
      ref: toRef(row),
      environmentId: row.environment_id,
      rowId: row.id,
      validationId: row.validation_id,
      isNew: !row.is_announced,
      authMode: row.credentials_type,
    }));
  }
}
