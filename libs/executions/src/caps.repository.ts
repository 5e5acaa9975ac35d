import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import type { ExecutionKind } from '#libs/contracts';
import { Database, type Sql } from '#libs/database';
import type { EnvironmentId } from '#libs/kernel';
import { hasAny, type OwnCaps } from './domain/caps.js';

export interface CapsRow extends OwnCaps {
  readonly environmentId: EnvironmentId;
  readonly kind: ExecutionKind;
}

const COLUMNS = `environment_id AS "environmentId", kind, max_running AS "maxRunning", max_queued AS "maxQueued", weight,
  max_running_per_connection AS "maxRunningPerConnection"`;

/** Every statement on `execution_caps`. */
@Injectable()
export class CapsRepository {
  constructor(private readonly db: Database) {}

  of(environmentId: EnvironmentId): Promise<CapsRow[]> {
    return this.db.query<CapsRow>(`SELECT ${COLUMNS} FROM execution_caps WHERE environment_id = $1`, [environmentId]);
  }

  /** All there are, and what `version` says of them. */
  async all(): Promise<{ readonly rows: readonly CapsRow[]; readonly version: string }> {
    const rows = await this.db.query<CapsRow & { revision: string }>(
      `SELECT ${COLUMNS}, revision FROM execution_caps ORDER BY revision`,
    );
    return { rows, version: versionOf(rows.map(({ revision }) => revision).join(' ')) };
  }

  /** Differs whenever any of them does. */
  async version(): Promise<string> {
    const [row] = await this.db.query<{ revisions: string | null }>(
      `SELECT string_agg(revision::text, ' ' ORDER BY revision) AS revisions FROM execution_caps`,
    );
    return versionOf(row?.revisions ?? '');
  }

  async replace(sql: Sql, environmentId: EnvironmentId, caps: ReadonlyMap<ExecutionKind, OwnCaps>): Promise<void> {
    await sql.query('DELETE FROM execution_caps WHERE environment_id = $1', [environmentId]);
    for (const [kind, own] of caps) {
      if (!hasAny(own)) continue;
      await sql.query(
        `INSERT INTO execution_caps (environment_id, kind, max_running, max_queued, weight, max_running_per_connection)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (environment_id, kind) DO UPDATE SET max_running = excluded.max_running, max_queued = excluded.max_queued,
           weight = excluded.weight, max_running_per_connection = excluded.max_running_per_connection, revision = DEFAULT,
           updated_at = now()`,
        [environmentId, kind, own.maxRunning, own.maxQueued, own.weight, own.maxRunningPerConnection],
      );
    }
  }
}

/** '' for no rows, which is as good as no version. */
const versionOf = (revisions: string): string =>
  revisions === '' ? '' : createHash('sha256').update(revisions).digest('base64url');
