import { Injectable } from '@nestjs/common';
import type { Sql } from '#libs/database';
import type { ConnectionRef } from '../credentials.types.js';

/** A failure, as the row counts it. */
export interface CountedFailure {
  /** Days on which refreshing failed. */
  readonly attempts: number;
  readonly exhausted: boolean;
  /** The first of its day: worth telling the customer. */
  readonly isNews: boolean;
}

/** Failing on this many days in a row ends the attempts (spec/auth.md §4.5). */
const MAX_ATTEMPTS = 4;
/** The sweep comes back to a failing connection after this time. */
const SWEEP_AGAIN = `interval '1 hour'`;

const COUNT_FAILURE = `WITH before AS (
    SELECT id, refresh_attempts, refresh_failed_at IS NULL
        OR (refresh_failed_at AT TIME ZONE 'UTC')::date < (now() AT TIME ZONE 'UTC')::date AS is_news
      FROM connections WHERE environment_id = $1 AND id = $2 AND credentials_version = $3 AND deleted_at IS NULL FOR UPDATE)
  UPDATE connections c SET refresh_failed_at = clock_timestamp(),
      refresh_attempts = b.refresh_attempts + b.is_news::int,
      refresh_exhausted = b.refresh_attempts + b.is_news::int >= ${MAX_ATTEMPTS},
      next_refresh_at = CASE WHEN b.refresh_attempts + b.is_news::int >= ${MAX_ATTEMPTS} THEN NULL ELSE now() + ${SWEEP_AGAIN} END
    FROM before b WHERE c.id = b.id
    RETURNING c.refresh_attempts AS attempts, c.refresh_exhausted AS exhausted, b.is_news AS "isNews"`;

const CLEAR_FAILURE = `UPDATE connections SET refresh_failed_at = NULL, refresh_attempts = 0, refresh_exhausted = false
  WHERE environment_id = $1 AND id = $2 AND refresh_failed_at IS NOT NULL AND deleted_at IS NULL RETURNING id`;

const SHOW_ERROR = `INSERT INTO connection_errors (connection_id, type, operation_id) VALUES ($1, 'auth', $2)
  ON CONFLICT (connection_id, type, scope) DO UPDATE SET operation_id = excluded.operation_id, created_at = now()`;

/** How refreshing a connection goes, in its row. */
@Injectable()
export class RefreshStates {
  /** Null when the credentials are no longer those that failed. */
  async countFailure(
    tx: Sql,
    ref: ConnectionRef,
    credentialsVersion: number,
    operationId: string,
  ): Promise<CountedFailure | null> {
    const [counted] = await tx.query<CountedFailure>(COUNT_FAILURE, [ref.environmentId, ref.id, credentialsVersion]);
    if (!counted) return null;
    await tx.query(SHOW_ERROR, [ref.id, operationId]);
    return counted;
  }

  /** False when nothing had failed, or somebody else has cleared it. */
  async clearFailure(tx: Sql, ref: ConnectionRef): Promise<boolean> {
    const cleared = await tx.query(CLEAR_FAILURE, [ref.environmentId, ref.id]);
    if (cleared.length > 0) await tx.query(`DELETE FROM connection_errors WHERE connection_id = $1 AND type = 'auth'`, [ref.id]);
    return cleared.length > 0;
  }
}
