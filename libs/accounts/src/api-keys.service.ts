import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AppError } from '#libs/kernel';
import { Database } from '#libs/database';
import type { Caller } from './caller.js';
import { hashApiKey } from './domain/api-key.js';

/** A deleted key stops working on every replica within this time. */
const CACHE_MS = 1_000;

interface CallerRow {
  account_id: number;
  environment_id: number;
  name: string;
  uuid: string;
  scopes: string[];
}

/** Finds out who an API key belongs to. */
@Injectable()
export class ApiKeys {
  readonly #callers = new LRUCache<string, Caller>({
    max: 10_000,
    ttl: CACHE_MS,
    fetchMethod: (hash) => this.#load(hash),
  });

  constructor(private readonly db: Database) {}

  /** Who shows this key, where that is remembered: no promise, no statement. Undefined says nothing of the key: ask `authenticate`. */
  known(key: string): Caller | undefined {
    return this.#callers.get(hashApiKey(key));
  }

  /** @throws AppError `unknown_account` */
  async authenticate(key: string): Promise<Caller> {
    const caller = await this.#callers.fetch(hashApiKey(key));
    if (!caller) throw new AppError('unknown_account', 'this API key is unknown or was deleted');
    return caller;
  }

  async #load(hash: string): Promise<Caller | undefined> {
    const [row] = await this.db.query<CallerRow>(
      `SELECT k.account_id, k.scopes, e.id AS environment_id, e.name, e.uuid
         FROM api_keys k JOIN environments e ON e.id = k.environment_id
        WHERE k.hash = $1 AND k.deleted_at IS NULL AND e.deleted_at IS NULL`,
      [hash],
    );
    return (
      row && {
        accountId: row.account_id,
        environmentId: row.environment_id,
        environmentName: row.name,
        environmentUuid: row.uuid,
        scopes: row.scopes,
      }
    );
  }
}
