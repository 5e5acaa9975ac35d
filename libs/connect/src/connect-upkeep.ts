import { Injectable } from '@nestjs/common';
import { Database } from '#libs/database';

/** What is left of attempts to connect. */
@Injectable()
export class ConnectUpkeep {
  constructor(private readonly db: Database) {}

  /** Forgets browsers that did not come back in time, at most `limit`; answers how many. */
  async removeExpiredStates(now: Date, limit: number): Promise<number> {
    const rows = await this.db.query(
      `DELETE FROM oauth_states WHERE state_hash IN (SELECT state_hash FROM oauth_states WHERE expires_at < $1 LIMIT $2)
       RETURNING state_hash`,
      [now, limit],
    );
    return rows.length;
  }

  /** Forgets sessions that ended before a moment, at most `limit`; answers how many. */
  async removeSessions(before: Date, limit: number): Promise<number> {
    const rows = await this.db.query(
      `DELETE FROM connect_sessions WHERE id IN (SELECT id FROM connect_sessions WHERE expires_at < $1 LIMIT $2) RETURNING id`,
      [before, limit],
    );
    return rows.length;
  }
}
