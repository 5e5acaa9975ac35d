import { afterAll, beforeAll, expect, it } from 'vitest';
import { AppError } from '#libs/kernel';
import type { BatchScope } from './records.types.js';
import { batchOf, newDataset, ownTestRecords } from './test-records.js';

let store: Awaited<ReturnType<typeof ownTestRecords>>;

beforeAll(async () => void (store = await ownTestRecords()));
afterAll(() => store.close());

const gone = () => new AppError('script_aborted', 'this run has ended');

/** A run that another takes the place of: from then on it is fenced off. */
function twoRuns() {
  const dataset = newDataset();
  let isOver = false;
  const fence = async () => {
    if (isOver) throw gone();
  };
  return {
    dataset,
    first: (): BatchScope => ({ ...batchOf(dataset), fence }),
    second: (): BatchScope => batchOf(dataset),
    supersede: () => void (isOver = true),
  };
}

const idsOf = async (connectionId: number) =>
  (await store.records.page({ connectionId, model: 'Item' })).records.map(({ id }) => String(id));

it.each<[string, (scope: BatchScope) => Promise<unknown>]>([
  ['save', (scope) => store.records.saveBatch({ ...scope, records: [{ id: 'late' }] })],
  ['update', (scope) => store.records.updateBatch({ ...scope, records: [{ id: 'early', late: true }] })],
  ['delete', (scope) => store.records.deleteBatch({ ...scope, records: [{ id: 'early' }] })],
  ['empty', (scope) => store.records.empty(scope)],
  ['begin to track deletions', (scope) => store.records.trackDeletesStart(scope)],
  ['delete what was not seen', (scope) => store.records.outdated(scope)],
])('a run that has ended cannot %s', async (_what, write) => {
  const { dataset, first, supersede } = twoRuns();
  await store.records.saveBatch({ ...first(), records: [{ id: 'early' }] });
  const before = await store.records.latestCursor(dataset.connectionId, dataset.model);
  supersede();
  await expect(write(first())).rejects.toMatchObject({ code: 'script_aborted' });
  expect(await store.records.latestCursor(dataset.connectionId, dataset.model)).toBe(before);
  expect(await idsOf(dataset.connectionId)).toEqual(['early']);
});

it('is asked only once the dataset is locked: what waits for it behind its successor is refused', async () => {
  const { dataset, first, second, supersede } = twoRuns();
  await store.records.saveBatch({ ...first(), records: [{ id: 'early' }] });
  const holder = store.source.createQueryRunner();
  await holder.startTransaction();
  await holder.query('SELECT 1 FROM records.datasets WHERE connection_id = $1 FOR UPDATE', [dataset.connectionId]);
  // Past every check that comes before the lock, it waits.
  const late = store.records.saveBatch({ ...first(), records: [{ id: 'late' }] }).catch((error: unknown) => error);
  await expect
    .poll(() =>
      store.source.query(`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`),
    )
    .toHaveLength(1);
  supersede();
  await holder.commitTransaction();
  await holder.release();
  expect(await late).toMatchObject({ code: 'script_aborted' });
  await store.records.saveBatch({ ...second(), records: [{ id: 'next' }] });
  expect(await idsOf(dataset.connectionId)).toEqual(['early', 'next']);
});

it('answers a batch that was kept before the end as it was answered', async () => {
  const { first, supersede } = twoRuns();
  const batch = { ...first(), records: [{ id: 'early' }] };
  const answer = await store.records.saveBatch(batch);
  supersede();
  expect(await store.records.saveBatch(batch)).toEqual(answer);
});
