import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Invalidations, RememberedRows, tagOf } from '#libs/cache';
import { Database } from '#libs/database';
import { AppError } from '#libs/kernel';
import type { Caller } from './caller.js';
import { hashApiKey } from './domain/api-key.js';

const CALLERS_KEPT = 10_000;
const DIGESTS_KEPT = 1_000;

interface CallerRow {
  account_id: number;
  environment_id: number;
  name: string;
  uuid: string;
  scopes: string[];
}

interface KeyHolder {
  readonly hash: string;
  readonly caller: Caller;
}

/** Finds out who an API key belongs to. A deleted key stops working on every replica within a second. */
@Injectable()
export class ApiKeys {
  readonly #holders: RememberedRows<KeyHolder>;
  /** Of the keys shown last: a call of a known caller has no digest to make. */
  readonly #digests = new LRUCache<string, string>({ max: DIGESTS_KEPT });

  constructor(
    private readonly db: Database,
    changes: Invalidations,
  ) {
    this.#holders = new RememberedRows(changes, {
      max: CALLERS_KEPT,
      dependsOn: ({ hash, caller }) => [tagOf('api_key', hash), tagOf('environment', caller.environmentId)],
    });
  }

  /** Who shows this key, where that is remembered: no promise, no statement. Undefined says nothing of the key: ask `authenticate`. */
  known(key: string): Caller | undefined {
    return this.#holders.known(this.#digestOf(key))?.caller;
  }

  /** @throws AppError `unknown_account` */
  async authenticate(key: string): Promise<Caller> {
    const hash = this.#digestOf(key);
    return (await this.#holders.get(hash, () => this.#load(hash))).caller;
  }

  #digestOf(key: string): string {
    const known = this.#digests.get(key);
    if (known !== undefined) return known;
    const digest = hashApiKey(key);
    this.#digests.set(key, digest);
    return digest;
  }

  async #load(hash: string): Promise<KeyHolder> {
    const [row] = await this.db.query<CallerRow>(
      `SELECT k.account_id, k.scopes, e.id AS environment_id, e.name, e.uuid
         FROM api_keys k JOIN environments e ON e.id = k.environment_id
        WHERE k.hash = $1 AND k.deleted_at IS NULL AND e.deleted_at IS NULL`,
      [hash],
    );
    if (!row) throw new AppError('unknown_account', 'this API key is unknown or was deleted');
    const caller = {
      accountId: row.account_id,
      environmentId: row.environment_id,
      environmentName: row.name,
      environmentUuid: row.uuid,
      scopes: row.scopes,
    };
    return { hash, caller };
  }
}
