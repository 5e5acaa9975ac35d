import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DatasetScope } from './records.types.js';
import { batchOf, newDataset, newRun, ownTestRecords } from './test-records.js';

let store: Awaited<ReturnType<typeof ownTestRecords>>;

beforeAll(async () => void (store = await ownTestRecords()));
afterAll(() => store.close());

const save = (dataset: DatasetScope, runId: string, ...ids: string[]) =>
  store.records.saveBatch({ ...batchOf(dataset, runId), records: ids.map((id) => ({ id })) });
const start = (dataset: DatasetScope, runId: string) => store.records.trackDeletesStart(batchOf(dataset, runId));
const end = async (dataset: DatasetScope, runId: string) =>
  (await store.records.trackDeletesEnd(batchOf(dataset, runId))).deletedKeys.toSorted();
const liveIds = async (dataset: DatasetScope) => {
  const { records } = await store.records.page({ ...dataset, filter: ['added', 'updated'] });
  return records.map((record) => String(record['id'])).toSorted();
};

const age = (dataset: DatasetScope, hours: number) =>
  store.source.query(
    `UPDATE records.batches SET created_at = created_at - interval '1 hour' * $2::int
     WHERE dataset_id = (SELECT id FROM records.datasets WHERE connection_id = $1)`,
    [dataset.connectionId, hours],
  );
const batchesOf = async (dataset: DatasetScope): Promise<number> => {
  const [{ count }] = await store.source.query<[{ count: number }]>(
    `SELECT count(*)::int AS count FROM records.batches b JOIN records.datasets d ON d.id = b.dataset_id WHERE d.connection_id = $1`,
    [dataset.connectionId],
  );
  return count;
};

it('deletes what the run did not show, also where it is unchanged, and keeps what it did', async () => {
  const dataset = newDataset();
  await save(dataset, newRun(), 'a', 'b', 'c');
  const run = newRun();
  await start(dataset, run);
  await save(dataset, run, 'a', 'd');
  expect(await end(dataset, run)).toEqual(['b', 'c']);
  expect(await liveIds(dataset)).toEqual(['a', 'd']);
  expect((await store.records.counts(dataset.connectionId))[0]?.count).toBe(2);
});

it('counts what the run showed before the tracking began', async () => {
  const dataset = newDataset();
  await save(dataset, newRun(), 'old');
  const run = newRun();
  await save(dataset, run, 'early');
  await start(dataset, run);
  expect(await end(dataset, run)).toEqual(['old']);
});

it('goes on across interrupted runs, however long ago they were', async () => {
  const dataset = newDataset();
  await save(dataset, newRun(), 'a', 'b', 'c', 'd');
  const interrupted = newRun();
  await start(dataset, interrupted);
  await save(dataset, interrupted, 'a', 'b');
  await age(dataset, 80);
  expect(await store.records.forgetBatches(new Date(Date.now() - 48 * 3_600_000))).toBe(1);
  const next = newRun();
  await start(dataset, next);
  await save(dataset, next, 'c');
  expect(await end(dataset, next)).toEqual(['d']);
  expect(await liveIds(dataset)).toEqual(['a', 'b', 'c']);
});

it('remembers what a tracking that nobody ends has seen in one row, however many batches there were', async () => {
  const dataset = newDataset();
  const before = new Date(Date.now() - 48 * 3_600_000);
  await save(dataset, newRun(), 'a', 'b', 'c', 'd', 'e');
  await start(dataset, newRun());
  for (const id of ['a', 'c', 'a', 'b']) await save(dataset, newRun(), id);
  await age(dataset, 80);
  await store.records.forgetBatches(before);
  expect(await store.records.foldBatches(before, 2)).toBe(2);
  expect(await store.records.foldBatches(before)).toBe(3);
  expect(await batchesOf(dataset)).toBe(1);
  expect(await store.records.foldBatches(before)).toBe(0);

  await save(dataset, newRun(), 'e');
  await age(dataset, 80);
  const young = newRun();
  await save(dataset, young, 'x');
  expect(await store.records.foldBatches(before)).toBe(1);
  expect(await batchesOf(dataset)).toBe(2);
  expect(await end(dataset, newRun())).toEqual(['d']);

  await age(dataset, 80);
  await store.records.forgetBatches(before);
  expect(await batchesOf(dataset)).toBe(0);
});

it('counts nothing that was put together for an earlier tracking', async () => {
  const dataset = newDataset();
  const before = new Date(Date.now() - 48 * 3_600_000);
  await save(dataset, newRun(), 'a', 'b');
  const first = newRun();
  await start(dataset, first);
  await save(dataset, first, 'a', 'b');
  await age(dataset, 80);
  await store.records.foldBatches(before);
  await end(dataset, newRun());
  const second = newRun();
  await start(dataset, second);
  await save(dataset, second, 'a');
  expect(await end(dataset, second)).toEqual(['b']);
});

it('is put together once where replicas do it side by side', async () => {
  const before = new Date(Date.now() - 48 * 3_600_000);
  const datasets = Array.from({ length: 4 }, newDataset);
  for (const dataset of datasets) {
    await save(dataset, newRun(), 'a', 'b', 'c');
    await start(dataset, newRun());
    for (const id of ['a', 'b']) await save(dataset, newRun(), id);
    await age(dataset, 80);
  }
  await Promise.all(Array.from({ length: 4 }, () => store.records.foldBatches(before, 3)));
  for (const dataset of datasets) expect(await end(dataset, newRun())).toEqual(['c']);
});

it('keeps a record that another run showed or revived in between', async () => {
  const dataset = newDataset();
  await save(dataset, newRun(), 'a', 'b', 'c');
  const run = newRun();
  await start(dataset, run);
  const webhook = newRun();
  await save(dataset, webhook, 'b');
  await store.records.deleteBatch({ ...batchOf(dataset, webhook), records: [{ id: 'c' }] });
  await save(dataset, webhook, 'c');
  expect(await end(dataset, run)).toEqual(['a']);
});

it('answers a repeated end alike, and a second end with a conflict', async () => {
  const dataset = newDataset();
  const run = newRun();
  await save(dataset, newRun(), 'a');
  await start(dataset, run);
  const batch = batchOf(dataset, run);
  expect(await store.records.trackDeletesEnd(batch)).toEqual({ deletedKeys: ['a'] });
  expect(await store.records.trackDeletesEnd(batch)).toEqual({ deletedKeys: ['a'] });
  await expect(end(dataset, run)).rejects.toMatchObject({
    code: 'conflict',
    message: "No track deletes starting point found for model 'Item'.",
  });
});

it('deletes nothing twice and revives what comes back', async () => {
  const dataset = newDataset();
  await save(dataset, newRun(), 'a', 'b');
  const run = newRun();
  await start(dataset, run);
  await end(dataset, run);
  await start(dataset, run);
  expect(await save(dataset, run, 'a')).toMatchObject({ added: 1 });
  expect(await end(dataset, newRun())).toEqual([]);
});

it('finds what is outdated by the current run alone', async () => {
  const dataset = newDataset();
  await save(dataset, newRun(), 'a', 'b');
  const run = newRun();
  await save(dataset, run, 'b');
  expect(await store.records.outdated(batchOf(dataset, run))).toEqual({ deletedKeys: ['a'] });
  expect((await store.records.outdated(batchOf(dataset))).deletedKeys).toEqual(['b']);
});

it('empties in slices, keeps the dataset and announces everything again', async () => {
  const dataset = newDataset();
  const run = newRun();
  await save(dataset, run, 'a', 'b', 'c');
  expect(await store.records.empty(batchOf(dataset), 2)).toEqual({ deletedCount: 2, hasMore: true });
  expect((await store.records.counts(dataset.connectionId))[0]?.count).toBe(1);
  expect(await store.records.empty(batchOf(dataset), 2)).toEqual({ deletedCount: 1, hasMore: false });
  expect(await save(dataset, newRun(), 'a')).toMatchObject({ added: 1 });
});

it('leaves nothing of a connection that is purged', async () => {
  const dataset = newDataset();
  await save(dataset, newRun(), 'a', 'b', 'c');
  for (let slices = 0; (await store.records.purge(dataset.connectionId, 2)).hasMore; slices++) expect(slices).toBeLessThan(5);
  expect(await store.records.counts(dataset.connectionId)).toEqual([]);
});
