import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startUpstream, type Upstream } from '#libs/testing';
import { failureOf, startTestRunner, type TestRunner } from './test-runner.js';

/** Syncs over HTTP, with real isolates; persist is a stand-in. */
let runner: TestRunner<Upstream>;

beforeAll(async () => {
  runner = await startTestRunner(await startUpstream());
});
afterAll(() => runner.close());

describe('a sync', () => {
  const NOTHING = { added: 0, updated: 0, deleted: 0, unchanged: 0, duplicates: [] };

  it('saves records in batches of a thousand and counts what changed', async () => {
    runner.world.on('POST', '/records/Contact/save', ({ json }) => ({ body: { ...NOTHING, added: (json as []).length } }));
    runner.world.on('POST', '/records/Contact/delete', () => ({ body: { ...NOTHING, deleted: 1 } }));
    const outcome = await runner.run(
      `await nango.batchSave(Array.from({ length: 1500 }, (_, n) => ({ id: String(n), _nango_metadata: {} })), 'Contact');
       await nango.batchDelete([{ id: '1' }], 'Contact'); await nango.batchSave([], 'Contact');`,
      { kind: 'sync' },
    );
    expect(outcome).toMatchObject({ status: 'succeeded', results: { Contact: { added: 1500, updated: 0, deleted: 1 } } });
    const batches = runner.requestsTo('/records/Contact/save');
    expect(batches.map(({ json }) => (json as object[]).length)).toEqual([1000, 500]);
    expect((batches[0]?.json as object[] | undefined)?.[0]).toEqual({ id: '0' });
    expect(new Set(batches.map(({ headers }) => headers['x-batch-id'])).size).toBe(2);
  });

  it('of a variant counts under the variant’s name', async () => {
    runner.world.on('POST', '/records/Contact/save', () => ({ body: { ...NOTHING, added: 1 } }));
    const outcome = await runner.run(`await nango.batchSave([{ id: 1 }], 'Contact')`, {
      kind: 'sync',
      function: { variant: 'eu' },
    });
    expect(outcome.results).toEqual({ 'Contact::eu': { added: 1, updated: 0, deleted: 0 } });
  });

  it('is told why a batch was refused', async () => {
    runner.world.on('POST', '/records/Contact/save', () => ({
      status: 400,
      body: { error: { code: 'invalid_record', message: 'Missing id in record 0' } },
    }));
    const error = failureOf(await runner.run(`await nango.batchSave([{ a: 1 }], 'Contact')`, { kind: 'sync' }));
    expect(error).toMatchObject({
      code: 'script_internal_error',
      payload: { message: 'Failed to save records: Missing id in record 0' },
    });
  });

  it('pins the latest cursor under ignore_if_modified_after, and moves with it', async () => {
    runner.world.on('GET', '/records/Contact/cursor', () => ({ body: { cursor: 'at-start' } }));
    runner.world.on('POST', '/records/Contact/save', () => ({ body: { ...NOTHING, nextMerging: 'moved' } }));
    const before = runner.requestsTo('/records/Contact/save').length;
    await runner.run(
      `await nango.setMergingStrategy({ strategy: 'ignore_if_modified_after' }, 'Contact');
       await nango.batchSave([{ id: 1 }], 'Contact'); await nango.batchSave([{ id: 2 }], 'Contact');`,
      { kind: 'sync' },
    );
    const sent = runner.requestsTo('/records/Contact/save').slice(before);
    expect(sent.map(({ headers }) => headers['x-merging'])).toEqual(['at-start', 'moved']);
  });

  it('reads its records back', async () => {
    runner.world.on('GET', '/records/Contact', ({ query }) => ({
      body: query['cursor'] ? { records: [{ id: '2' }], next_cursor: null } : { records: [{ id: '1' }], next_cursor: 'next' },
    }));
    const exec = `const ids = []; for await (const r of nango.listRecords('Contact')) ids.push(r.id);
      const found = await nango.getRecordsByIds([1, 7], 'Contact');
      await nango.log('read', { ids, keys: [...found.keys()] })`;
    const outcome = await runner.run(exec, { kind: 'sync' });
    expect(outcome.status).toBe('succeeded');
    const logs = runner
      .requestsTo('/logs')
      .flatMap(({ json }) => (json as { messages: { message: string; meta?: unknown }[] }).messages);
    expect(logs.find(({ message }) => message === 'read')?.meta).toEqual({ ids: ['1', '2'], keys: [1] });
  });

  it('continues from its checkpoint, and reports from where to where', async () => {
    runner.world.on('GET', '/checkpoint', () => ({ body: { checkpoint: { page: 1 }, version: 4 } }));
    runner.world.on('PUT', '/checkpoint', ({ json }) => ({
      body: { checkpoint: (json as { checkpoint: object }).checkpoint, version: 5 },
    }));
    const exec = `const { page } = await nango.getCheckpoint(); await nango.saveCheckpoint({ page: page + 1 })`;
    const outcome = await runner.run(exec, { kind: 'sync' });
    expect(outcome.checkpoints).toEqual({ from: { page: 1 }, to: { page: 2 } });
    expect(runner.requestsTo('/checkpoint').at(-1)?.json).toEqual({
      key: 'sync:subject',
      checkpoint: { page: 2 },
      expectedVersion: 4,
    });
  });

  it('clears a checkpoint, and one that was never saved', async () => {
    runner.world.on('GET', '/checkpoint', () => ({ body: { checkpoint: null, version: 1 } }));
    runner.world.on('DELETE', '/checkpoint', () => ({ body: { checkpoint: null, version: 1 } }));
    expect((await runner.run('await nango.clearCheckpoint()', { kind: 'sync' })).status).toBe('succeeded');
  });

  it('tracks deletions', async () => {
    runner.world.on('POST', '/track-deletes/Contact/start', () => ({ status: 204 }));
    runner.world.on('POST', '/track-deletes/Contact/end', () => ({ body: { deletedKeys: ['8', '9'] } }));
    const exec = `await nango.trackDeletesStart('Contact'); await nango.trackDeletesEnd('Contact')`;
    expect(await runner.run(exec, { kind: 'sync' })).toMatchObject({ status: 'succeeded', results: { Contact: { deleted: 2 } } });
  });

  it('starts from nothing when its records are to be emptied', async () => {
    let slices = 3;
    runner.world.on('POST', '/records/Contact/empty', () => ({ body: { deletedCount: 10, hasMore: (slices -= 1) > 0 } }));
    await runner.run('', { kind: 'sync', context: { emptyCache: true } });
    expect(runner.requestsTo('/records/Contact/empty')).toHaveLength(3);
  });

  it('gives its locks back', async () => {
    runner.world.on('POST', '/locks/acquire', () => ({ body: { done: true } }));
    runner.world.on('POST', '/locks/release-all', () => ({ body: { done: true } }));
    const exec = `if (!(await nango.tryAcquireLock({ key: 'k', ttlMs: 1000 }))) throw new Error('not locked'); throw new Error('while locked')`;
    failureOf(await runner.run(exec, { kind: 'sync' }));
    expect(runner.requestsTo('/locks/release-all')).toHaveLength(1);
  });
});
