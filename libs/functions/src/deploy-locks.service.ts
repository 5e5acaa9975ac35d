import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#libs/database';
import { AppError, type EnvironmentId, newId } from '#libs/kernel';

/** A deploy that died holds its environment no longer than this. */
const LIFETIME = '10 minutes';

/** The right to deploy to an environment. */
export interface DeployLock {
  readonly environmentId: EnvironmentId;
  readonly token: string;
}

/** One deploy at a time per environment. The lock is a row, since uploads take longer than a transaction should. */
@Injectable()
export class DeployLocks {
  constructor(private readonly db: Database) {}

  /** Runs `work` while holding the environment. @throws AppError `concurrent_deployment` */
  async hold<Result>(environmentId: EnvironmentId, work: (lock: DeployLock) => Promise<Result>): Promise<Result> {
    const lock = { environmentId, token: newId() };
    await this.#acquire(lock);
    try {
      return await work(lock);
    } finally {
      await this.db.query('DELETE FROM deploy_locks WHERE environment_id = $1 AND token = $2', [environmentId, lock.token]);
    }
  }

  /** Makes sure inside the deploy's transaction that the lock was not lost meanwhile. @throws AppError `concurrent_deployment` */
  async confirm(tx: Transaction, { environmentId, token }: DeployLock): Promise<void> {
    const held = await tx.query('SELECT 1 FROM deploy_locks WHERE environment_id = $1 AND token = $2 FOR UPDATE', [
      environmentId,
      token,
    ]);
    if (held.length === 0) throw busy();
  }

  async #acquire({ environmentId, token }: DeployLock): Promise<void> {
    const acquired = await this.db.query(
      `INSERT INTO deploy_locks AS l (environment_id, token, expires_at) VALUES ($1, $2, now() + interval '${LIFETIME}')
       ON CONFLICT (environment_id) DO UPDATE SET token = excluded.token, expires_at = excluded.expires_at
         WHERE l.expires_at <= now() RETURNING 1`,
      [environmentId, token],
    );
    if (acquired.length === 0) throw busy();
  }
}

const busy = () => new AppError('concurrent_deployment', 'another deploy to this environment is under way');
