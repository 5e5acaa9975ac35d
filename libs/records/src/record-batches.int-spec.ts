import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchOf, newDataset, newRun, ownTestRecords, testRecords } from './test-records.js';
import type { DatasetScope } from './records.types.js';

let store: Awaited<ReturnType<typeof ownTestRecords>>;

beforeAll(async () => void (store = await ownTestRecords()));
afterAll(() => store.close());

const save = (dataset: DatasetScope, records: unknown[], runId?: string) =>
  store.records.saveBatch({ ...batchOf(dataset, runId), records });
const update = (dataset: DatasetScope, records: unknown[]) => store.records.updateBatch({ ...batchOf(dataset), records });
const remove = (dataset: DatasetScope, records: unknown[]) => store.records.deleteBatch({ ...batchOf(dataset), records });
const count = async (dataset: DatasetScope) => (await store.records.counts(dataset.connectionId))[0]?.count ?? 0;

interface Shown {
  readonly [field: string]: unknown;
  readonly _nango_metadata: {
    readonly first_seen_at: string;
    readonly last_modified_at: string;
    readonly last_action: string;
    readonly deleted_at: string | null;
    readonly pruned_at: string | null;
    readonly cursor: string;
  };
}

const all = async (dataset: DatasetScope) =>
  (await store.records.page({ ...dataset, limit: 10_000 })).records as unknown as Shown[];
const only = async (dataset: DatasetScope): Promise<Shown> => {
  const [record, ...others] = await all(dataset);
  if (!record || others.length > 0) throw new Error(`expected one record, found ${others.length + (record ? 1 : 0)}`);
  return record;
};
const without = (record: Shown) => Object.fromEntries(Object.entries(record).filter(([key]) => key !== '_nango_metadata'));

type Step = (dataset: DatasetScope) => Promise<unknown>;
const saved: Step = (dataset) => save(dataset, [{ id: 'a', v: 1, deep: { x: 1 } }]);
const none: Step = async () => undefined;

describe('the change table', () => {
  const counts = { added: 0, updated: 0, deleted: 0, unchanged: 0, duplicates: [] };
  const deleted: Step = async (dataset) => {
    await saved(dataset);
    await remove(dataset, [{ id: 'a' }]);
  };
  const pruned: Step = async (dataset) => {
    await saved(dataset);
    await store.records.prune(dataset, await store.records.latestCursor(dataset.connectionId, dataset.model), 10);
  };
  const cases: { name: string; given: Step; when: Step; result: object; action: string | null; moves: boolean; live: number }[] =
    [
      { name: 'none, save', given: none, when: saved, result: { added: 1 }, action: 'ADDED', moves: true, live: 1 },
      { name: 'live, same save', given: saved, when: saved, result: { unchanged: 1 }, action: 'ADDED', moves: false, live: 1 },
      {
        name: 'live, same save in another key order',
        given: saved,
        when: (d) => save(d, [{ deep: { x: 1 }, v: 1, id: 'a' }]),
        result: { unchanged: 1 },
        action: 'ADDED',
        moves: false,
        live: 1,
      },
      {
        name: 'live, other save',
        given: saved,
        when: (d) => save(d, [{ id: 'a', v: 2 }]),
        result: { updated: 1 },
        action: 'UPDATED',
        moves: true,
        live: 1,
      },
      {
        name: 'live, delete',
        given: saved,
        when: (d) => remove(d, [{ id: 'a' }]),
        result: { deleted: 1 },
        action: 'DELETED',
        moves: true,
        live: 0,
      },
      {
        name: 'deleted, delete',
        given: deleted,
        when: (d) => remove(d, [{ id: 'a' }]),
        result: {},
        action: 'DELETED',
        moves: false,
        live: 0,
      },
      { name: 'deleted, same save', given: deleted, when: saved, result: { added: 1 }, action: 'ADDED', moves: true, live: 1 },
      { name: 'pruned, same save', given: pruned, when: saved, result: { unchanged: 1 }, action: 'ADDED', moves: false, live: 1 },
      {
        name: 'none, update',
        given: none,
        when: (d) => update(d, [{ id: 'a', v: 2 }]),
        result: {},
        action: null,
        moves: false,
        live: 0,
      },
      {
        name: 'none, delete',
        given: none,
        when: (d) => remove(d, [{ id: 'a' }]),
        result: {},
        action: null,
        moves: false,
        live: 0,
      },
      {
        name: 'deleted, update',
        given: deleted,
        when: (d) => update(d, [{ id: 'a', v: 2 }]),
        result: {},
        action: 'DELETED',
        moves: false,
        live: 0,
      },
      {
        name: 'live, update',
        given: saved,
        when: (d) => update(d, [{ id: 'a', deep: { y: 2 } }]),
        result: { updated: 1 },
        action: 'UPDATED',
        moves: true,
        live: 1,
      },
      {
        name: 'live, update to what it is',
        given: saved,
        when: (d) => update(d, [{ id: 'a', v: 1 }]),
        result: { unchanged: 1 },
        action: 'ADDED',
        moves: false,
        live: 1,
      },
    ];

  it.each(cases)('$name', async ({ given, when, result, action, moves, live }) => {
    const dataset = newDataset();
    await given(dataset);
    const before = (await all(dataset))[0]?.['_nango_metadata'];
    expect(await when(dataset)).toEqual({ ...counts, ...result });
    const after = (await all(dataset))[0]?.['_nango_metadata'];
    expect(after?.last_action ?? null).toBe(action);
    expect(after?.last_modified_at !== before?.last_modified_at).toBe(moves);
    expect(after?.cursor !== before?.cursor).toBe(moves);
    expect(await count(dataset)).toBe(live);
  });

  it('keeps the payload of a deleted record, and takes over the time of deletion it is given', async () => {
    const dataset = newDataset();
    await save(dataset, [{ id: 'a', v: 1 }]);
    await remove(dataset, [{ id: 'a', deletedAt: '2026-01-02T03:04:05.000Z' }]);
    const record = await only(dataset);
    expect(without(record)).toEqual({ id: 'a', v: 1 });
    expect(record['_nango_metadata'].deleted_at).toBe('2026-01-02T03:04:05.000000+00:00');
  });

  it('begins a revived record anew', async () => {
    const dataset = newDataset();
    await deleted(dataset);
    const before = (await only(dataset))['_nango_metadata'];
    await saved(dataset);
    const after = (await only(dataset))['_nango_metadata'];
    expect(after.first_seen_at > before.last_modified_at).toBe(true);
    expect(after).toMatchObject({ last_action: 'ADDED', deleted_at: null, first_seen_at: after.last_modified_at });
  });

  it('restores the payload of a pruned record without announcing it', async () => {
    const dataset = newDataset();
    await pruned(dataset);
    expect(without(await only(dataset))).toEqual({ id: 'a' });
    await saved(dataset);
    const record = await only(dataset);
    expect(without(record)).toEqual({ id: 'a', v: 1, deep: { x: 1 } });
    expect(record['_nango_metadata'].pruned_at).toBeNull();
    const cursor = await store.records.latestCursor(dataset.connectionId, dataset.model);
    expect(await store.records.prune(dataset, cursor, 10)).toEqual({ count: 1, hasMore: false });
  });

  it('merges deeply, replaces arrays, and counts a full save of the merged record as unchanged', async () => {
    const dataset = newDataset();
    await save(dataset, [{ id: 'a', deep: { x: 1, list: [1, 2] } }]);
    await update(dataset, [{ id: 'a', deep: { y: 2, list: [3] } }]);
    expect(without(await only(dataset))).toEqual({ id: 'a', deep: { x: 1, y: 2, list: [3] } });
    expect(await save(dataset, [{ id: 'a', deep: { x: 1, y: 2, list: [3] } }])).toMatchObject({ unchanged: 1 });
  });
});

describe('a batch', () => {
  it('writes nothing when one of its records is not usable, and says which', async () => {
    const dataset = newDataset();
    const bad = [{ id: 'a' }, { name: 'no id' }];
    await expect(save(dataset, bad)).rejects.toMatchObject({ code: 'invalid_record', message: 'record at index 1 has no id' });
    expect(await all(dataset)).toEqual([]);
  });

  it('refuses a record that is too large, naming it and what to do, and writes nothing', async () => {
    const small = await testRecords(store.url, { maxRecordBytes: 1_000 });
    const dataset = newDataset();
    const records = [
      { id: 'fits', text: 'x'.repeat(900) },
      { id: 'big', text: 'ä'.repeat(500) },
    ];
    await expect(small.records.saveBatch({ ...batchOf(dataset), records })).rejects.toMatchObject({
      code: 'invalid_record',
      message: expect.stringMatching(
        /record "big" has 1022 bytes, a record may have 1000: .*RECORDS_MAX_RECORD_SIZE_BYTES/,
      ) as string,
    });
    await small.close();
    expect(await all(dataset)).toEqual([]);
  });

  it('refuses more records than a batch may hold', async () => {
    const many = Array.from({ length: 10_001 }, (_, id) => ({ id }));
    await expect(save(newDataset(), many)).rejects.toMatchObject({
      code: 'invalid_record',
      message: 'a batch holds at most 10000 records, this one has 10001: send it in parts',
    });
  });

  it('counts once also where another process is asked again, or the first one forgot everything', async () => {
    const dataset = newDataset();
    const batch = { ...batchOf(dataset), records: [{ id: 'a' }, { id: 'b' }] };
    const first = await store.records.saveBatch(batch);
    await save(dataset, [{ id: 'a', v: 2 }]);
    const other = await testRecords(store.url);
    expect(await other.records.saveBatch(batch)).toEqual(first);
    await other.close();
    expect(await count(dataset)).toBe(2);
    expect((await all(dataset)).map(without)).toEqual([{ id: 'b' }, { id: 'a', v: 2 }]);
  });

  it('keeps the first of two records with one id and names the id', async () => {
    const dataset = newDataset();
    expect(await save(dataset, [{ id: 1, v: 1 }, { id: '1', v: 2 }, { id: 2 }])).toMatchObject({ added: 2, duplicates: ['1'] });
    expect(without((await all(dataset))[0] as Shown)).toEqual({ id: '1', v: 1 });
  });

  it('is applied once however often it is sent', async () => {
    const dataset = newDataset();
    const batch = { ...batchOf(dataset), records: [{ id: 'a' }, { id: 'b' }] };
    const answers = await Promise.all(Array.from({ length: 5 }, () => store.records.saveBatch(batch)));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]).toMatchObject({ added: 2, unchanged: 0 });
    expect(await count(dataset)).toBe(2);
  });

  it('writes no tuple for unchanged records', async () => {
    const dataset = newDataset();
    const records = Array.from({ length: 50 }, (_, i) => ({ id: `r${i}`, v: i }));
    const tuples = () =>
      store.source.query(
        'SELECT xmin, ctid FROM records.records WHERE dataset_id = (SELECT id FROM records.datasets WHERE connection_id = $1) ORDER BY ctid',
        [dataset.connectionId],
      );
    await save(dataset, records);
    const before = await tuples();
    expect(await save(dataset, records)).toMatchObject({ unchanged: 50 });
    expect(await tuples()).toEqual(before);
  });

  it('leaves alone what others changed after the pinned cursor, but not what the run itself wrote', async () => {
    const dataset = newDataset();
    await save(dataset, [
      { id: 'mine', v: 1 },
      { id: 'theirs', v: 1 },
    ]);
    const merging = await store.records.latestCursor(dataset.connectionId, dataset.model);
    const runId = newRun();
    const write = (records: unknown[]) => store.records.saveBatch({ ...batchOf(dataset, runId), records, merging });
    await save(dataset, [{ id: 'theirs', v: 2 }]);
    expect(
      await write([
        { id: 'mine', v: 3 },
        { id: 'theirs', v: 3 },
      ]),
    ).toMatchObject({ updated: 1, unchanged: 1, nextMerging: merging });
    expect(
      await write([
        { id: 'mine', v: 4 },
        { id: 'theirs', v: 4 },
      ]),
    ).toMatchObject({ updated: 1, unchanged: 1 });
    const shown = await all(dataset);
    expect(shown.map(without)).toEqual([
      { id: 'theirs', v: 2 },
      { id: 'mine', v: 4 },
    ]);
  });

  it('keeps NUL out of ids and payloads', async () => {
    const dataset = newDataset();
    await save(dataset, [{ id: 'a\0b', text: 'c\0d', ['k\0']: ['e\0'], escaped: '\\u0000' }]);
    expect(without(await only(dataset))).toEqual({ id: 'ab', text: 'cd', k: ['e'], escaped: '\\u0000' });
  });
});

describe('a run whose records were all new', () => {
  const numbered = (from: number, length: number, v = 1) => Array.from({ length }, (_, i) => ({ id: `r${from + i}`, v }));

  it('adds those that follow, as many as there are', async () => {
    const [dataset, runId] = [newDataset(), newRun()];
    for (let from = 0; from < 4_000; from += 1_000)
      expect(await save(dataset, numbered(from, 1_000), runId)).toMatchObject({ added: 1_000, updated: 0, unchanged: 0 });
    expect(await count(dataset)).toBe(4_000);
    expect((await all(dataset)).map(without)).toEqual(numbered(0, 4_000));
  });

  it.each<[string, Step, object]>([
    ['unchanged', none, { unchanged: 1 }],
    ['changed', (dataset) => save(dataset, [{ id: 'r1', v: 2 }]), { updated: 1 }],
    ['deleted', (dataset) => remove(dataset, [{ id: 'r1' }]), { added: 1 }],
  ])('finds one that is %s among others that are new', async (_what, meanwhile, found) => {
    const [dataset, runId] = [newDataset(), newRun()];
    await save(dataset, numbered(0, 3), runId);
    await meanwhile(dataset);
    const last = await save(dataset, [...numbered(3, 600), { id: 'r1', v: 1 }, ...numbered(603, 10)], runId);
    expect(last).toMatchObject({ updated: 0, unchanged: 0, ...found, added: 610 + ((found as { added?: number }).added ?? 0) });
    expect(await count(dataset)).toBe(613);
    expect(await save(dataset, numbered(613, 5), runId)).toMatchObject({ added: 5 });
  });

  it('is answered as before when it sends a batch again', async () => {
    const [dataset, runId] = [newDataset(), newRun()];
    await save(dataset, numbered(0, 3), runId);
    const batch = { ...batchOf(dataset, runId), records: numbered(3, 3) };
    const first = await store.records.saveBatch(batch);
    expect(await store.records.saveBatch(batch)).toEqual(first);
    expect(await count(dataset)).toBe(6);
  });

  it('writes nothing of a batch one of whose records is not usable', async () => {
    const [dataset, runId] = [newDataset(), newRun()];
    await save(dataset, numbered(0, 3), runId);
    await expect(save(dataset, [...numbered(3, 600), { id: 'large', text: 'x'.repeat(17_000_000) }], runId)).rejects.toThrow(
      'large',
    );
    expect(await count(dataset)).toBe(3);
  });
});

it('finds records again under any id, and whatever their sizes', async () => {
  const dataset = newDataset();
  const ids = ['a"b', 'a\\b', "it's", '{a,b}', 'NULL', 'tab\t', 'new\nline', 'é😀', '\u007f', ' ', '\\"', '\u0001'];
  const records = ids.map((id, n) => ({ id, text: 'é'.repeat(n * 97), n }));
  expect(await save(dataset, records)).toMatchObject({ added: ids.length });
  expect(await save(dataset, records)).toMatchObject({ added: 0, unchanged: ids.length });
  expect((await all(dataset)).map(without)).toEqual(records);
  const plain = records.filter(({ id }) => !/[\t\n\u0001]/.test(id)); // oxlint-disable-line no-control-regex -- these are what is left out
  expect(await save(dataset, plain)).toMatchObject({ unchanged: plain.length });
  expect(await remove(dataset, plain)).toMatchObject({ deleted: plain.length });
});
