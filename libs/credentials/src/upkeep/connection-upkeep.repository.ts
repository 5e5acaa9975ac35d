import { Injectable } from '@nestjs/common';
import { Database } from '#libs/database';
import type { ConnectionRowId, EnvironmentId } from '#libs/kernel';

/** A connection whose credentials are to be looked after. */
export interface DueConnection {
  readonly rowId: ConnectionRowId;
  readonly environmentId: EnvironmentId;
  readonly credentialsVersion: number;
}

/**
 * Takes what is due, so that no other round does; whoever looks after it sets the next time, and if nobody does it is due again in an
 * hour. A connection that nobody used for a day is renewed once a day only: often enough for its refresh token to stay alive.
 */
const TAKE_DUE = `WITH due AS (
    SELECT id, greatest(refreshed_at, created_at) + interval '1 day' AS idle_until,
           coalesce(last_fetched_at, created_at) < now() - interval '1 day' AS is_idle
      FROM connections WHERE deleted_at IS NULL AND next_refresh_at <= now()
     ORDER BY next_refresh_at LIMIT $1 FOR UPDATE SKIP LOCKED),
  taken AS (
    UPDATE connections c
       SET next_refresh_at = CASE WHEN d.is_idle AND d.idle_until > now() THEN d.idle_until ELSE now() + interval '1 hour' END
      FROM due d WHERE c.id = d.id
    RETURNING c.id, c.environment_id, c.credentials_version, d.is_idle AND d.idle_until > now() AS rests)
  SELECT id AS "rowId", environment_id AS "environmentId", credentials_version AS "credentialsVersion", rests FROM taken`;

/** What is done about connections that nobody asks for: renewal ahead of time, and removal for good. */
@Injectable()
export class ConnectionUpkeep {
  constructor(private readonly db: Database) {}

  /** @returns those to look after now, and whether there may be more */
  async takeDue(limit: number): Promise<{ readonly due: DueConnection[]; readonly hasMore: boolean }> {
    const rows = await this.db.query<DueConnection & { rests: boolean }>(TAKE_DUE, [limit]);
    const due = rows.filter(({ rests }) => !rests);
    return {
      due: due.map(({ rowId, environmentId, credentialsVersion }) => ({ rowId, environmentId, credentialsVersion })),
      hasMore: rows.length === limit,
    };
  }

  /** When to look after a connection next. Nothing changes where credentials were replaced meanwhile. */
  async setNext({ rowId, environmentId, credentialsVersion }: DueConnection, at: Date | null): Promise<void> {
    await this.db.query(
      'UPDATE connections SET next_refresh_at = $4 WHERE environment_id = $1 AND id = $2 AND credentials_version = $3',
      [environmentId, rowId, credentialsVersion, at],
    );
  }

  /** Connections deleted before a moment, longest ago first. */
  async deletedBefore(before: Date, limit: number): Promise<ConnectionRowId[]> {
    const rows = await this.db.query<{ id: number }>(
      'SELECT id FROM connections WHERE deleted_at < $1 ORDER BY deleted_at LIMIT $2',
      [before, limit],
    );
    return rows.map(({ id }) => id);
  }

  /** Removes deleted connections for good, credentials and all. Whatever refers to them must be gone. */
  async remove(ids: readonly ConnectionRowId[]): Promise<void> {
    await this.db.transaction(async (tx) => {
      await tx.query('DELETE FROM connection_errors WHERE connection_id = ANY($1)', [ids]);
      await tx.query('DELETE FROM connections WHERE id = ANY($1) AND deleted_at IS NOT NULL', [ids]);
    });
  }

  /** The secrets of integrations deleted before a moment; their rows stay, since functions refer to them. Answers how many. */
  async forgetIntegrationSecrets(before: Date): Promise<number> {
    const rows = await this.db.query(
      `UPDATE integrations SET credentials = NULL, custom = NULL
        WHERE deleted_at < $1 AND (credentials IS NOT NULL OR custom IS NOT NULL) RETURNING id`,
      [before],
    );
    return rows.length;
  }
}
