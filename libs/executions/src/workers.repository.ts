import { Injectable } from '@nestjs/common';
import { Database } from '#libs/database';
import { WORKER_LOST_AFTER_MS } from './domain/limits.js';

/** Processes that run executions, and when they were last alive. */
@Injectable()
export class WorkersRepository {
  constructor(private readonly db: Database) {}

  async beat(id: string, kind: string): Promise<void> {
    await this.db.query(`INSERT INTO workers (id, kind) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET heartbeat_at = now()`, [
      id,
      kind,
    ]);
  }

  /** How many of each kind were heard of lately. */
  async alive(): Promise<Map<string, number>> {
    const rows = await this.db.query<{ kind: string; alive: number }>(
      `SELECT kind, count(*)::int AS alive FROM workers
        WHERE heartbeat_at >= now() - interval '1 millisecond' * $1::float8 GROUP BY kind`,
      [WORKER_LOST_AFTER_MS],
    );
    return new Map(rows.map(({ kind, alive }) => [kind, alive]));
  }

  /** A worker that stops in order: what it ran has been settled. */
  async remove(id: string): Promise<void> {
    await this.db.query('DELETE FROM workers WHERE id = $1', [id]);
  }

  /** Forgets workers that fell silent long ago. */
  async removeSilent(): Promise<void> {
    await this.db.query(`DELETE FROM workers WHERE heartbeat_at < now() - interval '1 day'`);
  }
}
