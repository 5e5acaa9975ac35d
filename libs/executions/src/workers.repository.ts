import { Injectable } from '@nestjs/common';
import { Database } from '#libs/database';

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

  /** A worker that stops in order: what it ran has been settled. */
  async remove(id: string): Promise<void> {
    await this.db.query('DELETE FROM workers WHERE id = $1', [id]);
  }

  /** Forgets workers that fell silent long ago. */
  async removeSilent(): Promise<void> {
    await this.db.query(`DELETE FROM workers WHERE heartbeat_at < now() - interval '1 day'`);
  }
}
