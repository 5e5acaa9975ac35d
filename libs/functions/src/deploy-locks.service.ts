import { Injectable, Logger } from '@nestjs/common';
import { Database, type Transaction } from '#libs/database';
import { AppError, type EnvironmentId, newId } from '#libs/kernel';

/** A deploy that died holds its environment no longer than this; one that lives holds on. */
const LIFETIME = '30 seconds';
const RENEW_EVERY_MS = 8_000;

/** The right to deploy to an environment. */
export interface DeployLock {
  readonly environmentId: EnvironmentId;
  readonly token: string;
}

// Whoever writes the deploy holds the row: nobody waits for it, neither to renew nor to take over.
const TAKE_OVER = `UPDATE deploy_locks SET token = $2, expires_at = now() + interval '${LIFETIME}'
  WHERE environment_id IN (
    SELECT environment_id FROM deploy_locks WHERE environment_id = $1 AND expires_at <= now() FOR UPDATE SKIP LOCKED)
  RETURNING 1`;
const RENEW = `UPDATE deploy_locks SET expires_at = now() + interval '${LIFETIME}'
  WHERE environment_id IN (
    SELECT environment_id FROM deploy_locks WHERE environment_id = $1 AND token = $2 FOR UPDATE SKIP LOCKED)`;

/**
 * One deploy at a time per environment. The lock is a row, since uploads take longer than a transaction should; its holder renews it, so
 * that it neither ends under a long deploy nor stays behind a killed process.
 */
@Injectable()
export class DeployLocks {
  readonly #log = new Logger(DeployLocks.name);

  constructor(private readonly db: Database) {}

  /** Runs `work` while holding the environment. @throws AppError `concurrent_deployment` */
  async hold<Result>(environmentId: EnvironmentId, work: (lock: DeployLock) => Promise<Result>): Promise<Result> {
    const lock = { environmentId, token: newId() };
    await this.#acquire(lock);
    const timer = setInterval(() => void this.#attempt(RENEW, lock), RENEW_EVERY_MS);
    try {
      return await work(lock);
    } finally {
      clearInterval(timer);
      await this.#attempt('DELETE FROM deploy_locks WHERE environment_id = $1 AND token = $2', lock);
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
    const values = [environmentId, token];
    const fresh = await this.db.query(
      `INSERT INTO deploy_locks (environment_id, token, expires_at) VALUES ($1, $2, now() + interval '${LIFETIME}')
       ON CONFLICT (environment_id) DO NOTHING RETURNING 1`,
      values,
    );
    if (fresh.length > 0) return;
    if ((await this.db.query(TAKE_OVER, values)).length === 0) throw busy();
  }

  /** What fails here costs nothing but time: a lock that is not renewed is noticed at `confirm`, one that is not removed expires. */
  async #attempt(sql: string, { environmentId, token }: DeployLock): Promise<void> {
    try {
      await this.db.query(sql, [environmentId, token]);
    } catch (error) {
      this.#log.warn({ err: error, environmentId }, 'the lock of a deploy could not be renewed or removed; it expires by itself');
    }
  }
}

const busy = () =>
  new AppError('concurrent_deployment', 'another deploy to this environment is under way: try again when it is done');
