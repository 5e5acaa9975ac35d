import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import type { Outcome } from '#libs/contracts';
import { Cipher, Digests } from '#libs/crypto';
import { Database, type Sql } from '#libs/database';
import { AppError, type EnvironmentId, type ExecutionId, newId } from '#libs/kernel';
import { canonicalJson } from './domain/canonical-json.js';
import { Executions } from './executions.service.js';
import type { NewAction } from './executions.types.js';
import { KeptOutcomes } from './kept-outcomes.js';

/** A key that a caller gave a call, so that it is made once however often it is sent. */
export interface KeyUse {
  readonly key: string;
  /** All that makes it the same call. */
  readonly request: unknown;
}

/** Whom a key stands for. */
export interface TakenKey {
  readonly executionId: ExecutionId;
  readonly createdAt: Date;
  /** False where an earlier call had taken it. */
  readonly isNew: boolean;
}

interface KeyRow {
  execution_id: string;
  request_hash: Buffer;
  created_at: Date;
}

/** Keys are kept for a day. One past its time counts as free, whether or not it was removed. */
const TAKE = `INSERT INTO idempotency_keys AS k (environment_id, key_hash, request_hash, execution_id, expires_at)
  VALUES ($1, $2, $3, $4, now() + interval '24 hours')
  ON CONFLICT (environment_id, key_hash) DO UPDATE SET request_hash = excluded.request_hash, execution_id = excluded.execution_id,
     created_at = now(), expires_at = excluded.expires_at WHERE k.expires_at <= now()
  RETURNING execution_id, request_hash, created_at`;
const FIND = `SELECT execution_id, request_hash, created_at FROM idempotency_keys WHERE environment_id = $1 AND key_hash = $2`;
/** By which a key is found again, so it is the same for good; what a caller chose for a name is no secret. */
const keyHash = (key: string): Buffer => createHash('sha256').update(key).digest();
/** A key may be given back between the two statements. */
const MOST_TRIES = 5;

/** Calls of actions that are made once, whoever makes them again and on which replica (`Idempotency-Key`). */
@Injectable()
export class ActionKeys {
  readonly #digests: Digests;

  constructor(
    private readonly db: Database,
    private readonly executions: Executions,
    private readonly outcomes: KeptOutcomes,
    cipher: Cipher,
  ) {
    this.#digests = new Digests(cipher, 'idempotent requests');
  }

  /**
   * Runs an action under a key and waits for it, or for the earlier run the key stands for. The key is taken before anything may run, and
   * is given back only where it is certain that nothing did: whatever crashes meanwhile, nothing runs twice.
   * @throws AppError `queue_full`, `idempotency_key_reused`
   */
  async runOnce(action: NewAction, use: KeyUse): Promise<{ readonly outcome: Outcome; readonly isReplay: boolean }> {
    const taken = await this.take(this.db, action.environmentId, use, newId());
    if (!taken.isNew) return { outcome: await this.outcomes.wait(action, taken), isReplay: true };
    try {
      const outcome = await this.executions.runAndWait({ ...action, executionId: taken.executionId, isKept: true });
      return { outcome, isReplay: false };
    } catch (error) {
      if (error instanceof AppError && error.code === 'queue_full') await this.#giveBack(action.environmentId, use, taken);
      throw error;
    }
  }

  /** @throws AppError `idempotency_key_reused` where another request has it */
  async take(sql: Sql, environmentId: EnvironmentId, use: KeyUse, executionId: ExecutionId): Promise<TakenKey> {
    const key = keyHash(use.key);
    const request = canonicalJson([environmentId, use.request]);
    const digest = this.#digests.of(request);
    for (let tried = 0; tried < MOST_TRIES; tried += 1) {
      const [taken] = await sql.query<KeyRow>(TAKE, [environmentId, key, digest, executionId]);
      const [row] = taken ? [taken] : await sql.query<KeyRow>(FIND, [environmentId, key]);
      if (!row) continue;
      if (!taken && this.#isOther(row, request, use)) throw reused();
      return { executionId: row.execution_id, createdAt: row.created_at, isNew: taken !== undefined };
    }
    throw new AppError('conflict', 'other calls with this Idempotency-Key come and go: try again');
  }

  /** A digest whose key is gone decides nothing: the call is taken for the same one, so that nothing runs twice. */
  #isOther({ request_hash: digest }: KeyRow, request: string, use: KeyUse): boolean {
    if (this.#digests.isOf(digest, request) !== false) return false;
    // The release before this one hashed the request alone. Such rows are gone a day after it.
    return !digest.equals(createHash('sha256').update(canonicalJson(use.request)).digest());
  }

  /** Forgets keys past their time. Answers how many, at most `limit`. */
  async removeExpired(limit: number): Promise<number> {
    const rows = await this.db.query(
      `DELETE FROM idempotency_keys WHERE (environment_id, key_hash) IN
        (SELECT environment_id, key_hash FROM idempotency_keys WHERE expires_at <= now() LIMIT $1) RETURNING environment_id`,
      [limit],
    );
    return rows.length;
  }

  async #giveBack(environmentId: EnvironmentId, { key }: KeyUse, { executionId }: TakenKey): Promise<void> {
    await this.db.query('DELETE FROM idempotency_keys WHERE environment_id = $1 AND key_hash = $2 AND execution_id = $3', [
      environmentId,
      keyHash(key),
      executionId,
    ]);
  }
}

const reused = (): AppError =>
  new AppError(
    'idempotency_key_reused',
    'this Idempotency-Key was used within the last 24 hours for another request: give a new request a key of its own',
  );
