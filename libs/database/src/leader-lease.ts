import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { newId } from '#libs/kernel';
import { counter, gauges } from '#libs/metrics';
import { Database } from './database.js';

const events = counter('fairlead.leases.events');

/** Lets one of several processes do what would be wasteful twice: a row with an expiry, taken by compare-and-set. */
@Injectable()
export class LeaderLease implements OnModuleDestroy {
  readonly #holder = newId();
  /** What was asked for here, and whether it was held then. */
  readonly #leases = new Map<string, boolean>();
  readonly #unwatch: () => void;

  constructor(private readonly db: Database) {
    this.#unwatch = gauges('leases', ['fairlead.leases.held'], (report) => {
      for (const [lease, isHeld] of this.#leases) report('fairlead.leases.held', { lease }, isHeld ? 1 : 0);
    });
  }

  onModuleDestroy(): void {
    this.#unwatch();
  }

  /** Takes or extends the lease; false while another process holds it. */
  async hold(name: string, forMs: number): Promise<boolean> {
    const rows = await this.db.query(
      `INSERT INTO leader_leases (name, holder, expires_at) VALUES ($1, $2, now() + interval '1 millisecond' * $3::float8)
       ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
         WHERE leader_leases.holder = excluded.holder OR leader_leases.expires_at < now()
       RETURNING 1`,
      [name, this.#holder, forMs],
    );
    const isHeld = rows.length > 0;
    if (isHeld !== (this.#leases.get(name) ?? false)) events.add({ lease: name, event: isHeld ? 'taken' : 'lost' });
    this.#leases.set(name, isHeld);
    return isHeld;
  }

  /** Gives the lease back, so that the next one need not wait for its expiry. */
  async release(name: string): Promise<void> {
    await this.db.query('DELETE FROM leader_leases WHERE name = $1 AND holder = $2', [name, this.#holder]);
    if (this.#leases.get(name)) events.add({ lease: name, event: 'released' });
    this.#leases.set(name, false);
  }
}
