import { DataSource } from 'typeorm';
import { expect, it } from 'vitest';
import { testDatabase } from '#libs/testing';
import { postgresOptions } from './index.js';

/** Connections are removed by the thousand: whatever refers to them is looked for by each. */
const UNINDEXED = `SELECT c.conrelid::regclass::text AS "table", pg_get_constraintdef(c.oid) AS definition
  FROM pg_constraint c WHERE c.contype = 'f' AND c.confrelid = 'connections'::regclass
   AND NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1])`;

it('finds whatever refers to a connection by an index', async () => {
  const database = await testDatabase();
  const source = await new DataSource(
    postgresOptions({ url: database.url, poolMax: 1, ssl: false, applicationName: 'test' }),
  ).initialize();
  try {
    expect(await source.query(UNINDEXED)).toEqual([]);
  } finally {
    await source.destroy();
    await database.close();
  }
});
