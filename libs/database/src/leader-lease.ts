import { Injectable } from '@nestjs/common';
import { newId } from '#libs/kernel';
import { Database } from './database.js';

/** Lets one of several processes do what would be wasteful twice: a row with an expiry, taken by compare-and-set. */
@Injectable()
export class LeaderLease {
  readonly #holder = newId();

  constructor(private readonly db: Database) {}

  /** Takes or extends the lease; false while another process holds it. */
  async hold(name: string, forMs: number): Promise<boolean> {
    const held = await this.db.query(
      `INSERT INTO leader_leases (name, holder, expires_at) VALUES ($1, $2, now() + interval '1 millisecond' * $3::float8)
       ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
         WHERE leader_leases.holder = excluded.holder OR leader_leases.expires_at < now()
       RETURNING 1`,
      [name, this.#holder, forMs],
    );
    return held.length > 0;
  }

  /** Gives the lease back, so that the next one need not wait for its expiry. */
  async release(name: string): Promise<void> {
    await this.db.query('DELETE FROM leader_leases WHERE name = $1 AND holder = $2', [name, this.#holder]);
  }
}
