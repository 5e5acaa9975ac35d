import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DatasetScope, PageQuery } from './records.types.js';
import { batchOf, newDataset, ownTestRecords } from './test-records.js';

const PAGE_BYTES = 4_000;

let store: Awaited<ReturnType<typeof ownTestRecords>>;

beforeAll(async () => void (store = await ownTestRecords({ maxPageBytes: PAGE_BYTES })));
afterAll(() => store.close());

const save = (dataset: DatasetScope, records: unknown[]) => store.records.saveBatch({ ...batchOf(dataset), records });
const page = (dataset: DatasetScope, query: Partial<PageQuery> = {}) => store.records.page({ ...dataset, ...query });
const ids = (records: Record<string, unknown>[]) => records.map((record) => String(record['id']));
const numbered = (count: number) => Array.from({ length: count }, (_, i) => ({ id: `r${i}`, i }));

/** Follows the cursor to the end. */
async function follow(dataset: DatasetScope, query: Partial<PageQuery>): Promise<unknown[]> {
  const seen: unknown[] = [];
  let cursor: string | undefined;
  do {
    const answer = await page(dataset, { ...query, cursor });
    seen.push(...ids(answer.records));
    cursor = answer.next_cursor ?? undefined;
  } while (cursor);
  return seen;
}

it('pages through every record once, in the order of change, and ends without a cursor', async () => {
  const dataset = newDataset();
  await save(dataset, numbered(10));
  await save(dataset, [{ id: 'r3', changed: true }]);
  const order = ['r0', 'r1', 'r2', 'r4', 'r5', 'r6', 'r7', 'r8', 'r9', 'r3'];
  expect(await follow(dataset, { limit: 3 })).toEqual(order);
  expect(await follow(dataset, { limit: 5 })).toEqual(order);
});

it('returns the true union of the actions it is asked for', async () => {
  const dataset = newDataset();
  await save(dataset, [{ id: 'added' }, { id: 'updated' }, { id: 'deleted' }]);
  await save(dataset, [{ id: 'updated', v: 2 }]);
  await store.records.deleteBatch({ ...batchOf(dataset), records: [{ id: 'deleted' }] });
  for (const filter of [['added'], ['updated', 'deleted'], ['added', 'deleted'], ['added', 'updated', 'deleted']] as const) {
    expect(ids((await page(dataset, { filter })).records).toSorted()).toEqual([...filter].toSorted());
  }
});

it('finds records by id', async () => {
  const dataset = newDataset();
  await save(dataset, numbered(5));
  expect(ids((await page(dataset, { ids: ['r4', 'r1', 'unknown'] })).records)).toEqual(['r1', 'r4']);
});

it('starts at the first record modified at or after a moment', async () => {
  const dataset = newDataset();
  for (const record of numbered(9)) await save(dataset, [record]);
  const { records } = await page(dataset);
  const metadata = (index: number) => records[index]?.['_nango_metadata'] as { last_modified_at: string };
  for (const [index, record] of records.entries()) {
    const found = await page(dataset, { modifiedAfter: metadata(index).last_modified_at });
    expect(found.records[0]).toEqual(record);
    expect(found.records.length).toBe(9 - index);
  }
  expect((await page(dataset, { modifiedAfter: '2100-01-01T00:00:00Z' })).records).toEqual([]);
});

it('ends a page where its bytes run out, but never before the first record', async () => {
  const dataset = newDataset();
  await save(dataset, [{ id: 'small' }, { id: 'huge', text: 'x'.repeat(2 * PAGE_BYTES) }, { id: 'next' }]);
  expect(ids((await page(dataset)).records)).toEqual(['small']);
  expect(await follow(dataset, {})).toEqual(['small', 'huge', 'next']);
});

it('prunes up to and including a cursor, leaving cursors and counts as they are', async () => {
  const dataset = newDataset();
  await save(dataset, numbered(5));
  const { next_cursor: until } = await page(dataset, { limit: 3 });
  if (!until) throw new Error('expected a cursor');
  expect(await store.records.prune(dataset, until, 2)).toEqual({ count: 2, hasMore: true });
  expect(await store.records.prune(dataset, until, 2)).toEqual({ count: 1, hasMore: false });
  expect(await store.records.prune(dataset, until, 2)).toEqual({ count: 0, hasMore: false });
  const { records } = await page(dataset);
  expect(records.map((record) => 'i' in record)).toEqual([false, false, false, true, true]);
  expect(ids((await page(dataset, { cursor: until })).records)).toEqual(['r3', 'r4']);
  expect((await store.records.counts(dataset.connectionId))[0]?.count).toBe(5);
});

it('refuses a cursor that is none, and reads a dataset anew for the cursor of another', async () => {
  const dataset = newDataset();
  const other = newDataset();
  await save(dataset, numbered(2));
  await save(other, numbered(2));
  await expect(page(dataset, { cursor: 'bm9wZQ==' })).rejects.toMatchObject({
    code: 'invalid_query_params',
    status: 400,
    issues: [{ path: ['cursor'] }],
  });
  const foreign = await store.records.latestCursor(other.connectionId, 'Item');
  expect(ids((await page(dataset, { cursor: foreign })).records)).toEqual(['r0', 'r1']);
});

it('answers an unknown model with an empty page', async () => {
  expect(await page(newDataset())).toEqual({ records: [], next_cursor: null });
});
