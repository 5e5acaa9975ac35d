import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { ConfigError } from '#libs/kernel';
import { Cipher, type Keyring } from './cipher.js';
import type { RootKey } from './domain/root-keys.js';
import { unwrapDataKey, wrapDataKey, type WrappedDataKey } from './domain/wrapping.js';

/** A row of `data_keys`. Only keys that were activated seal; each opens from the moment it exists. */
export interface DataKeyRow extends WrappedDataKey {
  readonly id: number;
  readonly created_at: Date;
  readonly activated_at: Date | null;
}

export const DATA_KEYS = 'SELECT id, root_fingerprint, wrapped, created_at, activated_at FROM data_keys ORDER BY id';

/**
 * Makes sure one data key exists, wrapped by the primary root key. Part of the migration step, so that it runs once.
 * @param active whether it seals at once: only where nothing is stored yet
 * @returns the id of a key it made
 */
export async function ensureDataKey(db: DataSource, roots: readonly RootKey[], active: boolean): Promise<number | undefined> {
  const primary = roots[0];
  if (!primary) return undefined;
  const [{ count }] = await db.query<[{ count: number }]>('SELECT count(*)::int AS count FROM data_keys');
  if (count > 0) return undefined;
  const { root_fingerprint, wrapped } = wrapDataKey(primary, randomBytes(32));
  const [made] = await db.query<{ id: number }[]>(
    `INSERT INTO data_keys (root_fingerprint, wrapped, activated_at) VALUES ($1, $2, CASE WHEN $3 THEN now() END) RETURNING id`,
    [root_fingerprint, wrapped, active],
  );
  return made?.id;
}

/**
 * Loads and unwraps every data key.
 * @throws ConfigError naming the fingerprint of a root key that is missing
 */
export async function loadCipher(db: DataSource, roots: readonly RootKey[]): Promise<Cipher> {
  const { keyring, missing } = unwrapAll(await db.query<DataKeyRow[]>(DATA_KEYS), roots);
  if (missing.length > 0) throw new ConfigError(missingRoot(missing[0] as string));
  return new Cipher(keyring.dataKeys, keyring.sealsWith);
}

/** What the root keys open of the data keys, and the fingerprints of those that are missing. */
export function unwrapAll(rows: readonly DataKeyRow[], roots: readonly RootKey[]): { keyring: Keyring; missing: string[] } {
  const dataKeys = new Map<number, Buffer>();
  const missing = new Set<string>();
  for (const row of rows) {
    const key = unwrapDataKey(row, roots);
    if (key) dataKeys.set(row.id, key);
    else missing.add(row.root_fingerprint);
  }
  return { keyring: { dataKeys, sealsWith: rows.findLast((row) => row.activated_at)?.id ?? null }, missing: [...missing] };
}

export const missingRoot = (fingerprint: string): string =>
  `NANGO_ENCRYPTION_KEY: the key with fingerprint ${fingerprint} sealed the stored secrets and is missing; ` +
  'put it back, alone or after the new key, separated by a comma';
