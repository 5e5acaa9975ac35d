import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DatasetScope } from './records.types.js';
import { batchOf, newDataset, ownTestRecords } from './test-records.js';

const WRITERS = 16;
const ROUNDS = 12;
const SHARED_IDS = 60;
const BATCH = 20;

let store: Awaited<ReturnType<typeof ownTestRecords>>;

beforeAll(async () => void (store = await ownTestRecords()));
afterAll(() => store.close());

/** Saves and deletes overlapping ids, each value used once; adds up what it was told. */
async function write(dataset: DatasetScope, writer: number): Promise<{ live: number; changes: number }> {
  const told = { live: 0, changes: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const first = (writer * 7 + round * 13) % SHARED_IDS;
    const ids = Array.from({ length: BATCH }, (_, i) => `s${(first + i) % SHARED_IDS}`);
    const batch = { ...batchOf(dataset), records: ids.map((id) => ({ id, by: writer, round })) };
    const result = await (round % 4 === 3 ? store.records.deleteBatch(batch) : store.records.saveBatch(batch));
    told.live += result.added - result.deleted;
    told.changes += result.added + result.updated + result.deleted;
  }
  return told;
}

/** Follows the cursor until the writers are done and nothing more comes; notes the position of everything it saw. */
async function read(dataset: DatasetScope, done: () => boolean): Promise<Map<string, string>> {
  const latest = new Map<string, string>();
  let cursor: string | undefined;
  for (;;) {
    const finished = done();
    const { records } = await store.records.page({ ...dataset, cursor, limit: 7 });
    for (const record of records) {
      cursor = (record['_nango_metadata'] as { cursor: string }).cursor;
      latest.set(String(record['id']), cursor);
    }
    if (finished && records.length === 0) return latest;
  }
}

const position = (cursor: string) => Number(Buffer.from(cursor, 'base64').toString().split('.')[2]);

it('keeps counts exact and misses no change for readers, under 16 writers', async () => {
  const dataset = newDataset();
  let writing = true;
  const readers = [1, 2].map(() => read(dataset, () => !writing));
  const told = await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(dataset, writer)));
  writing = false;
  const views = await Promise.all(readers);

  const [truth] = await store.source.query(
    `SELECT count(*) FILTER (WHERE deleted_at IS NULL)::int AS live, count(*)::int AS total, max(seq)::int AS last
     FROM records.records r JOIN records.datasets d ON d.id = r.dataset_id WHERE d.connection_id = $1`,
    [dataset.connectionId],
  );
  const sum = (pick: (one: { live: number; changes: number }) => number) => told.reduce((total, one) => total + pick(one), 0);
  expect((await store.records.counts(dataset.connectionId))[0]?.count).toBe(truth.live);
  expect(sum(({ live }) => live)).toBe(truth.live);
  expect(sum(({ changes }) => changes)).toBe(truth.last);

  const { records } = await store.records.page({ ...dataset, limit: 10_000 });
  const final = new Map(
    records.map((record) => [String(record['id']), (record['_nango_metadata'] as { cursor: string }).cursor]),
  );
  for (const view of views) expect(view).toEqual(final);
});

it('shows a reader every change of single-record writers, without a gap and in order', async () => {
  const dataset = newDataset();
  const total = WRITERS * ROUNDS;
  const positions: number[] = [];
  const reader = (async () => {
    let cursor: string | undefined;
    while (positions.length < total) {
      const { records } = await store.records.page({ ...dataset, cursor, limit: 50 });
      for (const record of records) {
        cursor = (record['_nango_metadata'] as { cursor: string }).cursor;
        positions.push(position(cursor));
      }
    }
  })();
  await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      for (let round = 0; round < ROUNDS; round++) {
        await store.records.saveBatch({ ...batchOf(dataset), records: [{ id: `${writer}-${round}` }] });
      }
    }),
  );
  await reader;
  expect(positions).toEqual(Array.from({ length: total }, (_, i) => i + 1));
});
