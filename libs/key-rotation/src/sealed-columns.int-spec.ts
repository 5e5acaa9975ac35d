import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRootKeys } from '#libs/crypto';
import { type TestDatabase, testDatabase } from '#libs/testing';
import { LASTING_COLUMNS, SEALED_COLUMNS } from './sealed-columns.js';
import { type TestProcess, testProcess } from './test-rotation.js';

/** Bytes that are no sealed values, with what they are. */
const NOT_SEALED = {
  'data_keys.wrapped': 'a key, wrapped under a root key',
  'oauth_states.state_hash': 'a digest',
  'connect_sessions.token_hash': 'a digest',
  'idempotency_keys.key_hash': 'a digest',
  'idempotency_keys.request_hash': 'a digest',
  'records.records.hash': 'a digest',
};

let database: TestDatabase;
let server: TestProcess;

beforeAll(async () => {
  database = await testDatabase();
  server = await testProcess(database.url, parseRootKeys(database.encryptionKey));
});
afterAll(async () => {
  await server.close();
  await database.close();
});

/** Every column of bytes of the migrated databases; partitions have those of their table. */
const byteColumns = async (): Promise<string[]> => {
  const rows = await server.db.query<{ name: string }>(
    `SELECT c.oid::regclass || '.' || a.attname AS name
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.atttypid = 'bytea'::regtype AND NOT a.attisdropped
        AND n.nspname NOT IN ('pg_catalog', 'information_schema')
      ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
};

it('every column of bytes is declared as sealed, or known to be something else', async () => {
  const declared = SEALED_COLUMNS.map(({ table, value }) => `${table}.${value}`);
  const known = [...declared, ...Object.keys(NOT_SEALED)];
  expect(await byteColumns()).toEqual(known.toSorted((a, b) => (a < b ? -1 : 1)));
});

it('no two columns have one name', () => {
  expect(new Set(SEALED_COLUMNS.map(({ name }) => name)).size).toBe(SEALED_COLUMNS.length);
});

describe.each(LASTING_COLUMNS.map((column) => [column.name, column] as const))('%s', (_name, column) => {
  it('is found by the primary key of its table', async () => {
    const rows = await server.db.query<{ name: string; type: string }>(
      `SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type
         FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, n)
         JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
        WHERE i.indrelid = $1::regclass AND i.indisprimary ORDER BY k.n`,
      [column.table],
    );
    const key = rows.map(({ name, type }) => [name, type === 'integer' ? 'int' : type]);
    expect(Object.entries(column.key)).toEqual(key);
  });
});
