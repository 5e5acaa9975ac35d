import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startUpstream, type Upstream } from '#libs/testing';
import { failureOf, outputOf, type RunOptions, startTestRunner, type TestRunner } from './test-runner.js';

/** Checkpoints, locks and the end of a run's time; persist is a stand-in that keeps one checkpoint (spec/functions.md §2.5, §4.1). */
let runner: TestRunner<Upstream>;
let stored: { checkpoint: object | null; version: number };

beforeAll(async () => {
  runner = await startTestRunner(await startUpstream());
  runner.world.on('GET', '/checkpoint', () => ({ body: stored }));
  runner.world.on('PUT', '/checkpoint', ({ json }) => {
    const { checkpoint, expectedVersion } = json as { checkpoint: object; expectedVersion: number };
    if (expectedVersion !== stored.version) return conflict(expectedVersion);
    stored = { checkpoint, version: stored.version + 1 };
    return { body: stored };
  });
  runner.world.on('DELETE', '/checkpoint', ({ query }) => {
    if (stored.checkpoint === null) return { body: stored };
    if (Number(query['expectedVersion']) !== stored.version) return conflict(Number(query['expectedVersion']));
    stored = { checkpoint: null, version: stored.version + 1 };
    return { body: stored };
  });
});
afterAll(() => runner.close());
beforeEach(() => {
  stored = { checkpoint: null, version: 1 };
});

const conflict = (version: number) => ({
  status: 409,
  body: { error: { code: 'checkpoint_conflict', message: `the checkpoint has another version than ${version}` } },
});
const sync = (exec: string, options: RunOptions = {}) => runner.run(exec, { kind: 'sync', ...options });

describe('a checkpoint', () => {
  it('is nothing, then what was saved, then nothing again', async () => {
    const exec = `const seen = [await nango.getCheckpoint(), await nango.saveCheckpoint({ page: 1, done: false, at: 'x' }), await nango.getCheckpoint(),
      await nango.clearCheckpoint(), await nango.getCheckpoint()];
      return seen.map((value) => value === undefined ? 'undefined' : value)`;
    const outcome = await sync(exec);
    expect(outputOf(outcome)).toEqual([null, 'undefined', { page: 1, done: false, at: 'x' }, 'undefined', null]);
    expect(outcome.checkpoints).toEqual({ from: null, to: null });
  });

  it.each(['action', 'sync', 'webhook', 'on-event'] as const)('is kept under the key of its %s', async (kind) => {
    const checkpointKey = `${kind}:subject:eu`;
    await runner.run(`await nango.getCheckpoint(); await nango.saveCheckpoint({ a: 1 })`, { kind, function: { checkpointKey } });
    expect(runner.requestsTo('/checkpoint').at(-2)?.query).toEqual({ key: checkpointKey });
    expect(runner.requestsTo('/checkpoint').at(-1)?.json).toMatchObject({ key: checkpointKey });
  });

  it('reports from where to where a run went, also where it failed', async () => {
    stored = { checkpoint: { page: 3 }, version: 9 };
    const exec = `const { page } = await nango.getCheckpoint(); await nango.saveCheckpoint({ page: page + 1 }); throw new Error('later')`;
    expect(await sync(exec)).toMatchObject({ status: 'failed', checkpoints: { from: { page: 3 }, to: { page: 4 } } });
  });

  it('keeps a date as text', async () => {
    await sync(`await nango.saveCheckpoint({ at: new Date('2026-11-23T00:00:00Z') })`);
    expect(stored.checkpoint).toEqual({ at: '2026-11-23T00:00:00.000Z' });
  });

  it.each(['{ a: { b: 1 } }', '{ a: [1] }', '{ a: null }', `'text'`, '5'])('cannot be %s', async (checkpoint) => {
    const exec = `try { await nango.saveCheckpoint(${checkpoint}) } catch (error) { return error.message }`;
    expect(outputOf(await sync(exec))).toMatch(/^Error saving checkpoint: only text, numbers and booleans can be saved/);
    expect(stored.version).toBe(1);
  });

  it('that another run has moved on from is not overwritten', async () => {
    runner.world.on('GET', '/moved', () => {
      stored = { checkpoint: { page: 8 }, version: stored.version + 1 };
      return {};
    });
    const exec = `await nango.saveCheckpoint({ page: 1 }); await nango.get({ endpoint: '/moved' });
      try { await nango.saveCheckpoint({ page: 2 }) } catch (error) { return [error.name, error.code, error.message, error.isAxiosError === undefined] }`;
    expect(outputOf(await sync(exec))).toEqual([
      'Error',
      'checkpoint_conflict',
      'Error saving checkpoint: the checkpoint has another version than 2',
      true,
    ]);
    expect(stored.checkpoint).toEqual({ page: 8 });
  });

  it('is saved under the version that the run began with', async () => {
    const exec = `await nango.getCheckpoint(); await nango.get({ endpoint: '/moved' }); await nango.saveCheckpoint({ page: 2 })`;
    expect(failureOf(await sync(exec))).toMatchObject({
      code: 'script_internal_error',
      payload: { name: 'Error', code: 'checkpoint_conflict', message: expect.stringMatching(/^Error saving checkpoint: /) },
    });
  });
});

describe('a run whose time is nearly up', () => {
  const limits = { interruptAfterMs: 1, wallMs: 10_000 };
  const wait = `await new Promise((resolve) => setTimeout(resolve, 20));`;

  it('ends at its next checkpoint, and counts as done so far', async () => {
    const outcome = await sync(`${wait} await nango.saveCheckpoint({ page: 5 }); await nango.get({ endpoint: '/never' })`, {
      limits,
      function: { trackDeletes: true },
    });
    expect(outcome).toMatchObject({
      status: 'succeeded',
      output: null,
      interrupted: true,
      checkpoints: { from: null, to: { page: 5 } },
    });
    expect([runner.requestsTo('/never'), runner.requestsTo('/records/Contact/outdated')]).toEqual([[], []]);
  });

  it('may tidy up first', async () => {
    const exec = `${wait} try { await nango.saveCheckpoint({ page: 5 }) } catch (error) { return [error.name, error.code] }`;
    const outcome = await sync(exec, { limits });
    expect(outputOf(outcome)).toEqual(['Error', 'execution_interrupted']);
    expect(outcome).not.toHaveProperty('interrupted');
  });

  it('is not ended by an error that only looks so', async () => {
    const outcome = await sync(`throw Object.assign(new Error('x'), { code: 'execution_interrupted' })`);
    expect(failureOf(outcome)).toMatchObject({ code: 'script_internal_error', payload: { code: 'execution_interrupted' } });
  });

  it('asks nobody any more after its last moment', async () => {
    const exec = `${wait} await nango.get({ endpoint: '/never' })`;
    expect(failureOf(await sync(exec, { limits: { killAfterMs: 1 } }))).toEqual({
      code: 'execution_timeout',
      status: 500,
      message: 'the function ran for more than 1 ms',
      payload: {},
    });
    expect(runner.requestsTo('/never')).toEqual([]);
  });
});

describe('a lock', () => {
  it('is asked for, given back, and all of them at the end', async () => {
    let isFree = true;
    runner.world.on('POST', '/locks/acquire', () => ({ body: { done: isFree } }));
    runner.world.on('POST', '/locks/release', () => ({ body: { done: true } }));
    runner.world.on('POST', '/locks/release-all', () => ({ body: { done: true } }));
    runner.world.on('GET', '/taken', () => {
      isFree = false;
      return {};
    });
    const exec = `const results = [await nango.tryAcquireLock({ key: 'k', ttlMs: 1000 })]; await nango.get({ endpoint: '/taken' });
      results.push(await nango.tryAcquireLock({ key: 'k', ttlMs: 1000 }), await nango.releaseLock({ key: 'k' }), String(await nango.releaseAllLocks()));
      return results`;
    const released = runner.requestsTo('/locks/release-all').length;
    expect(outputOf(await runner.run(exec))).toEqual([true, false, true, 'undefined']);
    expect(runner.requestsTo('/locks/acquire')[0]?.json).toEqual({ key: 'k', ttlMs: 1000 });
    expect(runner.requestsTo('/locks/release').at(-1)?.json).toEqual({ key: 'k' });
    expect(runner.requestsTo('/locks/release-all').length - released).toBe(2);
  });

  it('that is asked for in the wrong way is refused with what is wrong', async () => {
    runner.world.on('POST', '/locks/acquire', () => ({
      status: 400,
      body: { error: { code: 'invalid_body', message: 'ttlMs: must be positive' } },
    }));
    const exec = `try { await nango.tryAcquireLock({ key: 'k', ttlMs: 0 }) } catch (error) { return [error.name, error.code, error.message] }`;
    expect(outputOf(await runner.run(exec))).toEqual(['Error', 'invalid_body', 'ttlMs: must be positive']);
  });
});
