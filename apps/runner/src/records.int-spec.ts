import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startUpstream, type Upstream } from '#libs/testing';
import { failureOf, outputOf, type RunOptions, startTestRunner, type TestRunner } from './test-runner.js';

/** Records of syncs: what each method sends, answers and refuses; persist is a stand-in (spec/functions.md §2.4). */
let runner: TestRunner<Upstream>;
let from: number;

const NOTHING = { added: 0, updated: 0, deleted: 0, unchanged: 0, duplicates: [] };

beforeAll(async () => {
  runner = await startTestRunner(await startUpstream());
});
afterAll(() => runner.close());
beforeEach(() => {
  from = runner.world.requests.length;
  for (const what of ['save', 'update', 'delete']) runner.world.on('POST', `/records/Contact/${what}`, () => ({ body: NOTHING }));
});

const sync = (exec: string, options: RunOptions = {}) => runner.run(exec, { kind: 'sync', ...options });
const output = async (exec: string, options?: RunOptions) => outputOf(await sync(exec, options));
const sent = (path: string) => runner.world.requests.slice(from).filter((request) => request.path === path);
const logged = () =>
  sent('/logs').flatMap(({ json }) => (json as { messages: { level: string; source: string; message: string }[] }).messages);

describe.each([
  ['batchSave', 'save'],
  ['batchSend', 'save'],
  ['batchUpdate', 'update'],
  ['batchDelete', 'delete'],
])('%s', (method, what) => {
  it.each(['[]', 'undefined', 'null'])('of %s answers true, and asks nobody', async (rows) => {
    expect(await output(`return nango.${method}(${rows}, 'Contact')`)).toBe(true);
    expect(sent(`/records/Contact/${what}`)).toEqual([]);
  });

  it('sends a thousand at a time, in order, without what was read with them', async () => {
    const rows = `Array.from({ length: 2001 }, (_, n) => ({ id: n, name: 'n' + n, _nango_metadata: { cursor: 'x' } }))`;
    expect(await output(`return nango.${method}(${rows}, 'Contact')`)).toBe(true);
    const batches = sent(`/records/Contact/${what}`).map(({ json }) => json as { id: number }[]);
    expect(batches.map((batch) => [batch.length, batch[0]])).toEqual([
      [1000, { id: 0, name: 'n0' }],
      [1000, { id: 1000, name: 'n1000' }],
      [1, { id: 2000, name: 'n2000' }],
    ]);
  });

  it('leaves the author’s own records as they are', async () => {
    const exec = `const rows = [{ id: 1, _nango_metadata: { a: 1 } }]; await nango.${method}(rows, 'Contact'); return rows`;
    expect(await output(exec)).toEqual([{ id: 1, _nango_metadata: { a: 1 } }]);
  });

  it.each([
    ['invalid_record', 'record at index 0 has no id'],
    ['unknown_model', 'subject does not declare the model Contact; it declares: none'],
  ])('fails with what the store says of it (%s)', async (code, message) => {
    runner.world.on('POST', `/records/Contact/${what}`, () => ({ status: 400, body: { error: { code, message } } }));
    const exec = `try { await nango.${method}([{ a: 1 }], 'Contact') } catch (e) { return [e.name, e.message, e.code === undefined, e.isAxiosError === undefined] }`;
    expect(await output(exec)).toEqual(['Error', `Failed to ${what} records: ${message}`, true, true]);
  });

  it.each([
    ['{}', 'object'],
    [`new Set([{ id: 1 }])`, 'object'],
    [`'x'`, 'string'],
  ])('of %s, which is no list, fails rather than save nothing', async (rows, type) => {
    const error = failureOf(await sync(`await nango.${method}(${rows}, 'Contact')`));
    expect(error.payload).toMatchObject({ message: `Failed to ${what} records: records must be an array, not ${type}` });
    expect(sent(`/records/Contact/${what}`)).toEqual([]);
  });

  it('of what is no JSON fails for that', async () => {
    const error = failureOf(await sync(`await nango.${method}([{ id: 1, big: 1n }], 'Contact')`));
    expect(error.payload).toMatchObject({ message: expect.stringMatching(`^Failed to ${what} records: .*BigInt`) });
  });
});

describe('what a batch changed', () => {
  it('is counted under the model, and under the variant’s', async () => {
    runner.world.on('POST', '/records/Contact/save', () => ({ body: { ...NOTHING, added: 2, updated: 1 } }));
    runner.world.on('POST', '/records/Contact/delete', () => ({ body: { ...NOTHING, deleted: 3 } }));
    const exec = `await nango.batchSave([{ id: 1 }], 'Contact'); await nango.batchSave([{ id: 2 }], 'Contact'); await nango.batchDelete([{ id: 3 }], 'Contact')`;
    const counts = { added: 4, updated: 2, deleted: 3 };
    expect((await sync(exec)).results).toEqual({ Contact: counts });
    expect((await sync(exec, { function: { variant: 'eu' } })).results).toEqual({ 'Contact::eu': counts });
    expect((await sync(exec, { kind: 'webhook' })).results).toEqual({ Contact: counts });
  });

  it('leaves a word for each record that came twice', async () => {
    runner.world.on('POST', '/records/Contact/save', () => ({ body: { ...NOTHING, added: 1, duplicates: ['7'] } }));
    await sync(`await nango.batchSave([{ id: 7 }, { id: '7' }], 'Contact')`);
    const message = 'record 7 of Contact came twice in one batch; the first one was kept';
    expect(logged()).toContainEqual(expect.objectContaining({ level: 'error', source: 'internal', message }));
  });
});

describe('getRecordsByIds', () => {
  it('answers a Map under the ids as they were given, a hundred at a time', async () => {
    runner.world.on('GET', '/records/Contact', ({ query }) => ({
      body: {
        records: query['ids'] === '119' ? [{ id: '119', _nango_metadata: { cursor: 'c' } }] : [{ id: '5', n: 5 }],
        next_cursor: null,
      },
    }));
    const exec = `const found = await nango.getRecordsByIds(Array.from({ length: 120 }, (_, n) => n === 5 ? n : String(n)), 'Contact');
      return [found instanceof Map, found.size, found.get(5), found.get('5') === undefined, [...found.keys()]]`;
    expect(await output(exec)).toEqual([true, 2, { id: '5', n: 5 }, true, [5, '119']]);
    expect(sent('/records/Contact').map(({ query }) => query['limit'])).toEqual(['100', '100']);
  });

  it.each(['5', 'undefined'])('of %s is refused', async (ids) => {
    const exec = `try { await nango.getRecordsByIds(${ids}, 'Contact') } catch (e) { return [e.name, e.message] }`;
    expect(await output(exec)).toEqual(['TypeError', expect.stringMatching(/^getRecordsByIds: ids must be an array, not /)]);
  });

  it('of nothing asks nobody', async () => {
    expect(await output(`return (await nango.getRecordsByIds([], 'Contact')).size`)).toBe(0);
    expect(sent('/records/Contact')).toEqual([]);
  });
});

describe('listRecords', () => {
  beforeEach(() => {
    runner.world.on('GET', '/records/Contact', ({ query }) => ({
      body: query['cursor']
        ? { records: [{ id: '3' }], next_cursor: null }
        : { records: [{ id: '1' }, { id: '2' }], next_cursor: 'c2' },
    }));
  });
  const list = (args: string) =>
    output(`const ids = []; for await (const r of nango.listRecords(${args})) ids.push(r.id); return ids`);

  it('goes through all, page by page', async () => {
    expect(await list(`'Contact'`)).toEqual(['1', '2', '3']);
    expect(sent('/records/Contact').map(({ query }) => query)).toEqual([{ limit: '100' }, { limit: '100', cursor: 'c2' }]);
  });

  it('begins after a cursor', async () => {
    expect(await list(`'Contact', { cursor: 'c2' }`)).toEqual(['3']);
  });

  it('fetches no more than is read', async () => {
    expect(await output(`for await (const r of nango.listRecords('Contact')) return r.id`)).toBe('1');
    expect(sent('/records/Contact')).toHaveLength(1);
  });
});

describe('setMergingStrategy', () => {
  const save = `await nango.batchSave([{ id: 1 }], 'Contact');`;

  it('pins the latest cursor, which moves with what the run writes itself', async () => {
    runner.world.on('GET', '/records/Contact/cursor', () => ({ body: { cursor: 'at-start' } }));
    runner.world.on('POST', '/records/Contact/save', () => ({ body: { ...NOTHING, nextMerging: 'moved' } }));
    await sync(`await nango.setMergingStrategy({ strategy: 'ignore_if_modified_after' }, 'Contact'); ${save} ${save}`);
    expect(sent('/records/Contact/save').map(({ headers }) => headers['x-merging'])).toEqual(['at-start', 'moved']);
  });

  it.each(['', `await nango.setMergingStrategy({ strategy: 'override' }, 'Contact');`])(
    'pins nothing with (%s)',
    async (exec) => {
      await sync(`${exec} ${save}`);
      expect(sent('/records/Contact/save').map(({ headers }) => headers['x-merging'])).toEqual([undefined]);
    },
  );

  it('counts the first time, and for its own run', async () => {
    runner.world.on('GET', '/records/Contact/cursor', () => ({ body: { cursor: 'at-start' } }));
    const pin = `await nango.setMergingStrategy({ strategy: 'ignore_if_modified_after' }, 'Contact');`;
    await sync(`await nango.setMergingStrategy({ strategy: 'override' }, 'Contact'); ${pin} ${save}`);
    await sync(`${pin} ${save}`);
    await sync(save);
    expect(sent('/records/Contact/save').map(({ headers }) => headers['x-merging'])).toEqual([undefined, 'at-start', undefined]);
    const message = 'the merging strategy of Contact is already set; the first one stays';
    expect(logged()).toContainEqual(expect.objectContaining({ level: 'warn', source: 'internal', message }));
  });

  it('knows two', async () => {
    const exec = `try { await nango.setMergingStrategy({ strategy: 'newest' }, 'Contact') } catch (e) { return e.message }`;
    expect(await output(exec)).toBe('the merging strategy newest is unknown: use override or ignore_if_modified_after');
  });
});

describe('deletions', () => {
  it('are tracked from a start to an end', async () => {
    runner.world.on('POST', '/track-deletes/Contact/start', () => ({ status: 204 }));
    runner.world.on('POST', '/track-deletes/Contact/end', () => ({ body: { deletedKeys: ['8', '9'] } }));
    const exec = `return [String(await nango.trackDeletesStart('Contact')), await nango.trackDeletesEnd('Contact')]`;
    const outcome = await sync(exec);
    expect(outputOf(outcome)).toEqual(['undefined', { deletedKeys: ['8', '9'] }]);
    expect(outcome.results).toEqual({ Contact: { added: 0, updated: 0, deleted: 2 } });
  });

  it('without a start are refused', async () => {
    const message = `No track deletes starting point found for model 'Contact'.`;
    runner.world.on('POST', '/track-deletes/Contact/end', () => ({
      status: 409,
      body: { error: { code: 'conflict', message } },
    }));
    expect(await output(`try { await nango.trackDeletesEnd('Contact') } catch (e) { return [e.name, e.message] }`)).toEqual([
      'Error',
      message,
    ]);
  });

  it('of earlier runs answer what went', async () => {
    runner.world.on('POST', '/records/Contact/outdated', () => ({ body: { deletedKeys: ['1'] } }));
    expect(await output(`return nango.deleteRecordsFromPreviousExecutions('Contact')`)).toEqual({ deletedKeys: ['1'] });
  });

  it('come after a sync that is deployed so, where it went well', async () => {
    runner.world.on('POST', '/records/Contact/outdated', () => ({ body: { deletedKeys: ['1', '2'] } }));
    const trackDeletes = { function: { trackDeletes: true } };
    expect((await sync('', trackDeletes)).results).toEqual({ Contact: { added: 0, updated: 0, deleted: 2 } });
    from = runner.world.requests.length;
    await sync(`throw new Error('half way')`, trackDeletes);
    expect(sent('/records/Contact/outdated')).toEqual([]);
  });
});

it('an emptied sync begins with none, and says how it goes', async () => {
  let left = 3;
  runner.world.on('POST', '/records/Contact/empty', () => ({ body: { deletedCount: 10, hasMore: (left -= 1) > 0 } }));
  await sync(`await nango.batchSave([{ id: 1 }], 'Contact')`, { context: { emptyCache: true } });
  const order = runner.world.requests
    .slice(from)
    .flatMap(({ path }) => (path.startsWith('/records/') ? [path.split('/')[3]] : []));
  expect(order).toEqual(['empty', 'empty', 'empty', 'save']);
  expect(logged().map(({ message }) => message)).toEqual([10, 20, 30].map((count) => `emptied ${count} records of Contact`));
});
