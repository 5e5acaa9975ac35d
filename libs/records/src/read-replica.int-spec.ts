import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Cipher } from '#libs/crypto';
import { testDatabase } from '#libs/testing';
import { RecordsReplica } from './data-source.js';
import { createRecords } from './records.module.js';
import type { Records } from './records.service.js';
import type { DatasetScope } from './records.types.js';
import { batchOf, newDataset, type TestRecords, testRecords } from './test-records.js';

/** Stands in for a replica: what the primary has is copied by hand, so a test decides how far behind it is. */
let store: TestRecords;
let primary: Awaited<ReturnType<typeof testDatabase>>;
let standby: Awaited<ReturnType<typeof testDatabase>>;
let copy: pg.Client;
const cipher = new Cipher(new Map([[1, randomBytes(32)]]));

beforeAll(async () => {
  [primary, standby] = [await testDatabase(), await testDatabase()];
  store = await testRecords(primary.url);
  copy = new pg.Client({ connectionString: standby.url });
  await copy.connect();
});

afterAll(async () => {
  await copy.end();
  await store.close();
  await Promise.all([primary.close(), standby.close()]);
});

const MARK = '2001-01-01T00:00:00.000000+00:00';

/** Copies a dataset as it is; what comes from the copy is known by its times. */
async function replicate({ connectionId }: DatasetScope): Promise<void> {
  for (const [table, key] of [
    ['datasets', 'id'],
    ['records', 'dataset_id'],
  ]) {
    const rows = await store.source.query(
      `SELECT * FROM records.${table} WHERE ${key} = (SELECT id FROM records.datasets WHERE connection_id = $1)`,
      [connectionId],
    );
    for (const row of rows as Record<string, unknown>[]) {
      const columns = Object.keys(row);
      const marked = table === 'records' ? { ...row, first_seen_at: MARK } : row;
      await copy.query(
        `INSERT INTO records.${table} (${columns.join()}) OVERRIDING SYSTEM VALUE VALUES (${columns.map((_, i) => `$${i + 1}`).join()})`,
        Object.values(marked),
      );
    }
  }
}

async function withReplica(url: string, work: (records: Records) => Promise<void>): Promise<void> {
  const replica = new RecordsReplica(url);
  try {
    await work(createRecords(store.source, cipher, { replica }));
  } finally {
    await replica.close();
  }
}

const save = (records: Records, dataset: DatasetScope, ...ids: string[]) =>
  records.saveBatch({ ...batchOf(dataset), records: ids.map((id) => ({ id })) });
const read = async (records: Records, dataset: DatasetScope, query = {}) =>
  (await records.page({ ...dataset, ...query })).records.map(({ id, _nango_metadata: metadata }) => ({
    id,
    fromReplica: (metadata as { first_seen_at: string }).first_seen_at === MARK,
  }));

it('answers from a replica that has seen the latest change, and from the primary as long as it has not', () =>
  withReplica(standby.url, async (records) => {
    const dataset = newDataset();
    expect(await read(records, dataset)).toEqual([]);
    await save(records, dataset, 'a', 'b');
    expect(await read(records, dataset)).toEqual([
      { id: 'a', fromReplica: false },
      { id: 'b', fromReplica: false },
    ]);
    await replicate(dataset);
    expect(await read(records, dataset)).toEqual([
      { id: 'a', fromReplica: true },
      { id: 'b', fromReplica: true },
    ]);
    expect(await read(records, dataset, { ids: ['b', 'zz'], filter: ['added'] })).toEqual([{ id: 'b', fromReplica: true }]);
    const atEnd = await records.latestCursor(dataset.connectionId, dataset.model);
    expect(await read(records, dataset, { cursor: atEnd })).toEqual([]);
    await save(records, dataset, 'c');
    expect(await read(records, dataset, { cursor: atEnd })).toEqual([{ id: 'c', fromReplica: false }]);
  }));

it('goes on with the primary when the replica is away', () =>
  withReplica('postgres://nobody@127.0.0.1:1/none', async (records) => {
    const dataset = newDataset();
    await save(records, dataset, 'a');
    expect(await read(records, dataset)).toEqual([{ id: 'a', fromReplica: false }]);
    expect(await read(records, dataset)).toEqual([{ id: 'a', fromReplica: false }]);
  }));
