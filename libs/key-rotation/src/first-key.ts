import type { DataSource } from 'typeorm';
import { ensureDataKey, type RootKey } from '#libs/crypto';
import { Database } from '#libs/database';
import { SEALED_COLUMNS } from './sealed-columns.js';

/**
 * Makes sure a data key exists where there is a root key. Where values were stored in clear so far, they are sealed by a rotation towards
 * that first key, once every process has it. Part of the migration step.
 */
export async function ensureFirstKey(source: DataSource, roots: readonly RootKey[]): Promise<void> {
  const db = new Database(source);
  const isEmpty = !(await holdsValues(db));
  const keyId = await ensureDataKey(source, roots, isEmpty);
  if (keyId === undefined || isEmpty) return;
  await db.query(
    `INSERT INTO key_rotations (scope, root_fingerprint, data_key_id) VALUES ('data', $1, $2) ON CONFLICT DO NOTHING`,
    [roots[0]?.fingerprint, keyId],
  );
}

/** Records are only ever stored sealed: the control plane tells. */
async function holdsValues(db: Database): Promise<boolean> {
  const columns = SEALED_COLUMNS.filter(({ database }) => database === 'control');
  const any = columns.map(({ table, value }) => `EXISTS (SELECT 1 FROM ${table} WHERE ${value} IS NOT NULL)`);
  const [row] = await db.query<{ any: boolean }>(`SELECT ${any.join(' OR ')} AS any`);
  return row?.any ?? false;
}
