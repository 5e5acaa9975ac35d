import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { ConfigError } from '#libs/kernel';
import { Cipher } from './cipher.js';
import type { RootKey } from './domain/root-keys.js';
import { deriveSubkey, openParts, Sealer, splitSealed } from './domain/sealed-box.js';

interface DataKeyRow {
  id: number;
  root_fingerprint: string;
  wrapped: Buffer;
}

const wrapAad = (fingerprint: string) => `data_keys:${fingerprint}`;

/**
 * Makes sure one data key exists, wrapped by the primary root key. Part of the migration step, so that it runs once.
 */
export async function ensureDataKey(db: DataSource, roots: readonly RootKey[]): Promise<void> {
  const primary = roots[0];
  if (!primary) return;
  const [{ count }] = await db.query<[{ count: number }]>('SELECT count(*)::int AS count FROM data_keys');
  if (count > 0) return;
  const wrapped = new Sealer(0, primary.bytes).seal(randomBytes(32), wrapAad(primary.fingerprint));
  await db.query('INSERT INTO data_keys (root_fingerprint, wrapped) VALUES ($1, $2)', [primary.fingerprint, wrapped]);
}

/**
 * Loads and unwraps every data key.
 * @throws ConfigError naming the fingerprint of a root key that is missing from `NANGO_ENCRYPTION_KEY`
 */
export async function loadCipher(db: DataSource, roots: readonly RootKey[]): Promise<Cipher> {
  const rows = await db.query<DataKeyRow[]>('SELECT id, root_fingerprint, wrapped FROM data_keys ORDER BY id');
  return new Cipher(new Map(rows.map((row) => [row.id, unwrap(row, roots)])));
}

function unwrap(row: DataKeyRow, roots: readonly RootKey[]): Buffer {
  const root = roots.find((candidate) => candidate.fingerprint === row.root_fingerprint);
  const parts = splitSealed(row.wrapped);
  if (!root || !parts) {
    throw new ConfigError(
      `NANGO_ENCRYPTION_KEY: the key with fingerprint ${row.root_fingerprint} sealed the stored secrets and is missing; ` +
        'put it back, alone or after the new key, separated by a comma',
    );
  }
  return openParts(parts, deriveSubkey(root.bytes, parts.salt), wrapAad(root.fingerprint));
}
