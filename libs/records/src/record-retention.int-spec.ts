import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DatasetScope } from './records.types.js';
import { batchOf, newDataset, ownTestRecords } from './test-records.js';

const DAY_MS = 86_400_000;
const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS);

let store: Awaited<ReturnType<typeof ownTestRecords>>;

beforeAll(async () => void (store = await ownTestRecords()));
afterAll(() => store.close());

const save = (dataset: DatasetScope, ...records: object[]) => store.records.saveBatch({ ...batchOf(dataset), records });
const numbered = (from: number, count: number) => Array.from({ length: count }, (_, i) => ({ id: `r${from + i}`, n: from + i }));
const page = async (dataset: DatasetScope, cursor?: string) => (await store.records.page({ ...dataset, cursor })).records;
const withPayload = async (dataset: DatasetScope) => (await page(dataset)).filter((record) => 'n' in record).map(({ id }) => id);

/** As if everything that was done to the dataset until now had been done earlier. */
async function age(dataset: DatasetScope, days: number): Promise<void> {
  const of = `dataset_id = (SELECT id FROM records.datasets WHERE connection_id = ${dataset.connectionId})`;
  const back = (column: string) => `${column} = ${column} - interval '${days} days'`;
  await store.source.query(
    `UPDATE records.records SET ${['modified_at', 'restored_at', 'pruned_at'].map(back).join(', ')} WHERE ${of}`,
  );
  await store.source.query(
    `UPDATE records.datasets SET ${['modified_at', 'unpruned_since', 'checked_at'].map(back).join(', ')}
     WHERE connection_id = ${dataset.connectionId}`,
  );
}

async function pruneAll(limit: number): Promise<number[]> {
  const slices: number[] = [];
  for (;;) {
    const slice = await store.records.pruneStale(daysAgo(30), limit);
    if (!slice) return slices;
    slices.push(slice.pruned);
    expect(slices.length).toBeLessThan(50);
  }
}

it('empties payloads that have not changed for long, in slices, and no others', async () => {
  const dataset = newDataset();
  await save(dataset, ...numbered(0, 5));
  await age(dataset, 40);
  await save(dataset, ...numbered(5, 2));
  const before = await page(dataset);
  expect(await pruneAll(2)).toEqual([2, 2, 1]);
  expect(await withPayload(dataset)).toEqual(['r5', 'r6']);
  const cursors = (records: Record<string, unknown>[]) =>
    records.map((one) => (one['_nango_metadata'] as { cursor: string }).cursor);
  expect(cursors(await page(dataset))).toEqual(cursors(before));
  expect((await store.records.counts(dataset.connectionId))[0]?.count).toBe(7);
  expect(await store.records.pruneStale(daysAgo(30), 2)).toBeNull();
});

it('goes on where the last round left off, as time passes', async () => {
  const dataset = newDataset();
  await save(dataset, ...numbered(0, 2));
  await age(dataset, 20);
  await save(dataset, ...numbered(2, 2));
  await age(dataset, 20);
  expect(await pruneAll(100)).toEqual([2]);
  await age(dataset, 20);
  expect(await pruneAll(100)).toEqual([2]);
  expect(await withPayload(dataset)).toEqual([]);
});

it('leaves a payload that a sync brought back for another period, whatever else is due meanwhile', async () => {
  const dataset = newDataset();
  await save(dataset, ...numbered(0, 4));
  await age(dataset, 35);
  expect(await pruneAll(100)).toEqual([4]);
  await save(dataset, { id: 'r1', n: 1 });
  await save(dataset, { id: 'late', n: 9 });
  await age(dataset, 5);
  expect(await pruneAll(2)).toEqual([]);
  await age(dataset, 26);
  expect((await pruneAll(1)).reduce((sum, pruned) => sum + pruned, 0)).toBe(2);
  expect(await withPayload(dataset)).toEqual([]);
});

it('prunes what is restored behind a pass that is under way by a later one', async () => {
  const dataset = newDataset();
  await save(dataset, ...numbered(0, 4));
  await age(dataset, 35);
  expect(await store.records.pruneStale(daysAgo(30), 2)).toEqual({ pruned: 2 });
  await save(dataset, { id: 'r0', n: 0 });
  expect((await pruneAll(2)).reduce((sum, pruned) => sum + pruned, 0)).toBe(2);
  expect(await withPayload(dataset)).toEqual(['r0']);
  await age(dataset, 31);
  expect((await pruneAll(2)).reduce((sum, pruned) => sum + pruned, 0)).toBe(1);
  expect(await withPayload(dataset)).toEqual([]);
});

it('shares datasets among replicas that prune at once', async () => {
  const datasets = [newDataset(), newDataset()];
  for (const dataset of datasets) {
    await save(dataset, ...numbered(0, 3));
    await age(dataset, 40);
  }
  const slices = await Promise.all([store.records.pruneStale(daysAgo(30), 10), store.records.pruneStale(daysAgo(30), 10)]);
  const rest = await pruneAll(10);
  expect([...slices.map((slice) => slice?.pruned ?? 0), ...rest].reduce((sum, pruned) => sum + pruned, 0)).toBe(6);
});

it('finds idle datasets once a look, and removes them in slices without breaking their cursors', async () => {
  const dataset = newDataset();
  const busy = newDataset();
  await save(dataset, ...numbered(0, 5));
  await save(busy, ...numbered(0, 1));
  await age(dataset, 61);
  await store.source.query(`UPDATE records.datasets SET checked_at = checked_at - interval '2 days'`);
  const taken = await store.records.takeIdle(daysAgo(60), daysAgo(1), 100);
  expect(taken.idle).toEqual([expect.objectContaining({ connectionId: dataset.connectionId, model: 'Item' })]);
  expect((await store.records.takeIdle(daysAgo(60), daysAgo(1), 100)).looked).toBe(0);

  const cursor = await store.records.latestCursor(dataset.connectionId, dataset.model);
  const id = taken.idle[0]?.id ?? 0;
  expect(await store.records.removeIdle(id, daysAgo(60), 3)).toEqual({ deletedCount: 3, hasMore: true });
  expect(await store.records.removeIdle(id, daysAgo(60), 3)).toEqual({ deletedCount: 2, hasMore: false });
  expect((await store.records.counts(dataset.connectionId))[0]?.count).toBe(0);
  expect(await save(dataset, { id: 'r0', n: 0 })).toMatchObject({ added: 1 });
  expect((await page(dataset, cursor)).map((record) => record['id'])).toEqual(['r0']);
});

it('stops to remove what is written to again', async () => {
  const dataset = newDataset();
  await save(dataset, ...numbered(0, 4));
  await age(dataset, 61);
  const [row] = await store.source.query(`SELECT id FROM records.datasets WHERE connection_id = ${dataset.connectionId}`);
  expect(await store.records.removeIdle(row.id, daysAgo(60), 2)).toEqual({ deletedCount: 2, hasMore: true });
  await save(dataset, { id: 'new', n: 1 });
  expect(await store.records.removeIdle(row.id, daysAgo(60), 2)).toEqual({ deletedCount: 0, hasMore: false });
  expect((await store.records.counts(dataset.connectionId))[0]?.count).toBe(3);
});
