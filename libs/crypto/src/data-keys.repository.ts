import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { Database, type Sql } from '#libs/database';
import { newId } from '#libs/kernel';
import { DATA_KEYS, type DataKeyRow } from './data-keys.js';
import type { RootKey } from './domain/root-keys.js';
import { unwrapDataKey, wrapDataKey } from './domain/wrapping.js';

/** How often every process looks for new data keys, and says which it has. */
export const KEY_POLL_MS = 5_000;
/** A process that said nothing for so long is gone. */
const GONE_AFTER_MS = 4 * KEY_POLL_MS;
/** No transaction, session or cache of before holds a value of the key before any more: the longest keeps one for a day. */
const UNUSED_FOR = "interval '25 hours'";
const FORGOTTEN_AFTER = "interval '1 hour'";

/** Which keys a running process holds. */
export interface KeyHolder {
  /** Service, host and process id. */
  readonly name: string;
  /** Fingerprints of its root keys. */
  readonly roots: readonly string[];
  readonly dataKeys: readonly number[];
  readonly sealsWith: number | null;
}

/** Every statement on `data_keys` and `key_holders` of a running installation. */
@Injectable()
export class DataKeys {
  readonly #self = newId();

  constructor(private readonly db: Database) {}

  rows(): Promise<DataKeyRow[]> {
    return this.db.query<DataKeyRow>(DATA_KEYS);
  }

  /** A new data key that opens but does not seal yet. */
  async add(sql: Sql, root: RootKey): Promise<number> {
    const { root_fingerprint, wrapped } = wrapDataKey(root, randomBytes(32));
    const [row] = await sql.query<{ id: number }>(
      'INSERT INTO data_keys (root_fingerprint, wrapped) VALUES ($1, $2) RETURNING id',
      [root_fingerprint, wrapped],
    );
    return (row as { id: number }).id;
  }

  /** From now on processes seal with it, each from its next look. */
  async activate(id: number): Promise<void> {
    await this.db.query('UPDATE data_keys SET activated_at = now() WHERE id = $1 AND activated_at IS NULL', [id]);
  }

  /** Whether a key exists for so long that every process that runs has had the time to say that it holds it. */
  async isOlderThan(id: number, ms: number): Promise<boolean> {
    const rows = await this.db.query(
      `SELECT 1 FROM data_keys WHERE id = $1 AND created_at <= now() - interval '1 millisecond' * $2::float8`,
      [id, ms],
    );
    return rows.length > 0;
  }

  /** Wraps every data key under a root key. @returns how many were under another one. @throws Error naming a key none of ours opens */
  async rewrap(root: RootKey, roots: readonly RootKey[]): Promise<number> {
    const others = (await this.rows()).filter((row) => row.root_fingerprint !== root.fingerprint);
    for (const row of others) {
      const bytes = unwrapDataKey(row, roots);
      if (!bytes) throw new Error(`data key ${row.id} is wrapped under root key ${row.root_fingerprint}, which is missing here`);
      const { root_fingerprint, wrapped } = wrapDataKey(root, bytes);
      await this.db.query('UPDATE data_keys SET root_fingerprint = $2, wrapped = $3 WHERE id = $1 AND wrapped = $4', [
        row.id,
        root_fingerprint,
        wrapped,
        row.wrapped,
      ]);
    }
    return others.length;
  }

  /** Forgets a data key for good. @returns false when there is none, or its successor has not been in use for long enough */
  async drop(id: number): Promise<boolean> {
    const dropped = await this.db.query(
      `DELETE FROM data_keys WHERE id = $1 AND id < (SELECT max(id) FROM data_keys WHERE activated_at < now() - ${UNUSED_FOR}) RETURNING 1`,
      [id],
    );
    return dropped.length > 0;
  }

  /** Processes that run. */
  async holders(): Promise<KeyHolder[]> {
    return this.db.query<KeyHolder>(
      `SELECT name, roots, data_keys AS "dataKeys", seals_with AS "sealsWith" FROM key_holders
        WHERE seen_at > now() - interval '1 millisecond' * $1::float8 ORDER BY name`,
      [GONE_AFTER_MS],
    );
  }

  /** Says which keys this process holds; its name in the database names the service. */
  async report(roots: readonly string[], dataKeys: readonly number[], sealsWith: number | null): Promise<void> {
    await this.db.query(
      `INSERT INTO key_holders (id, name, roots, data_keys, seals_with)
       VALUES ($1, concat(current_setting('application_name'), ' on ', $2::text), $3, $4, $5)
       ON CONFLICT (id) DO UPDATE SET data_keys = excluded.data_keys, seals_with = excluded.seals_with, seen_at = now()`,
      [this.#self, `${hostname()} (process ${process.pid})`, roots, dataKeys, sealsWith],
    );
  }

  /** This process holds no keys any more. */
  async leave(): Promise<void> {
    await this.db.query(`DELETE FROM key_holders WHERE id = $1 OR seen_at < now() - ${FORGOTTEN_AFTER}`, [this.#self]);
  }
}
