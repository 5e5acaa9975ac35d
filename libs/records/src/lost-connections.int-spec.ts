import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase } from '#libs/testing';
import { batchOf, newDataset, type TestRecords, testRecords } from './test-records.js';

const WRITERS = 4;
const BATCHES = 15;
const CUTS = 6;
const SIZE = 200;

let store: TestRecords;
let database: Awaited<ReturnType<typeof testDatabase>>;
let nemesis: pg.Client;

beforeAll(async () => {
  database = await testDatabase();
  store = await testRecords(database.url);
  nemesis = new pg.Client({ connectionString: database.url });
  await nemesis.connect();
});

afterAll(async () => {
  await nemesis.end();
  await store.close();
  await database.close();
});

/** Cuts every connection to the database but its own. Answers how many there were. */
async function cutAll(): Promise<number> {
  const { rowCount } = await nemesis.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  return rowCount ?? 0;
}

it('applies every batch once while its connections are cut again and again', async () => {
  const dataset = newDataset();
  const told = { live: 0, changes: 0 };
  let answered = 0;
  const write = async (writer: number) => {
    for (let n = 0; n < BATCHES; n++) {
      const records = Array.from({ length: SIZE }, (_, i) => ({ id: `${(writer + n + i) % (3 * SIZE)}`, writer, n }));
      const result = await store.records.saveBatch({ ...batchOf(dataset), records });
      told.live += result.added;
      told.changes += result.added + result.updated;
      answered += 1;
    }
  };
  const cut = async () => {
    let cuts = 0;
    for (let n = 1; n <= CUTS; n++) {
      await expect.poll(() => answered, { timeout: 20_000, interval: 1 }).toBeGreaterThanOrEqual(n * 5);
      cuts += await cutAll();
    }
    return cuts;
  };
  const [cuts] = await Promise.all([cut(), ...Array.from({ length: WRITERS }, (_, writer) => write(writer))]);
  expect(cuts).toBeGreaterThan(CUTS);
  const [truth] = await store.source.query(
    `SELECT count(*)::int AS live, max(last_seq)::int AS changes, max(live_count)::int AS counted
     FROM records.records r JOIN records.datasets d ON d.id = r.dataset_id WHERE d.connection_id = $1`,
    [dataset.connectionId],
  );
  expect(told).toEqual({ live: truth.live, changes: truth.changes });
  expect(truth.counted).toBe(truth.live);
});
