import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunLimits } from '#libs/sandbox';
import { TestPool } from './test-pool.js';

/** Real sandbox processes and real isolates, against functions that misbehave. */
const LIMITS: RunLimits = { wallMs: 3_000, spinMs: 400, memoryMb: 128, outputBytes: 2 * 1024 * 1024 };
const onCall = async (op: string) =>
  op === 'http' ? '{"ok":{"status":200,"statusText":"OK","headers":{},"text":"{\\"n\\":1}"}}' : '{"ok":null}';
const pool = new TestPool({ processes: 2, concurrency: 8, memoryBytes: 700 * 1024 ** 2 }, onCall);

beforeAll(() => pool.open());
afterAll(() => pool.close());

const run = async (exec: string, options: { limits?: Partial<RunLimits>; signal?: AbortSignal; input?: unknown } = {}) =>
  (await pool.run(exec, { ...options, limits: { ...LIMITS, ...options.limits } })).result;

const returned = async (exec: string, input?: unknown): Promise<unknown> => {
  const result = await run(exec, { input });
  if (result.status !== 'returned') throw new Error(JSON.stringify(result));
  return JSON.parse(result.output) as unknown;
};
const thrown = async (exec: string): Promise<{ kind: string; name?: string; message?: string }> => {
  const result = await run(exec);
  if (result.status !== 'threw') throw new Error(JSON.stringify(result));
  return JSON.parse(result.failure) as { kind: string; name?: string; message?: string };
};

describe('a function', () => {
  it('answers what it returns, for any JSON', async () => {
    expect(await returned('return input', { a: [1, 'ü', null, { b: true }] })).toEqual({ a: [1, 'ü', null, { b: true }] });
    expect(await returned('return undefined')).toBeNull();
    expect(await returned('return () => 1')).toBeNull();
  });

  it('asks the host through its SDK', async () => {
    expect(await returned(`return (await nango.get({ endpoint: '/x' })).data`)).toEqual({ n: 1 });
  });

  it.each([
    ['zod', `const { z } = require('zod'); return z.object({ a: z.string() }).safeParse({ a: 1 }).success`, false],
    ['zod, by a name made as it runs', `return require('zo' + 'd').z.string().safeParse(1).success`, false],
    ['crypto', `return require('node:crypto').createHmac('sha256', 'k').update('d').digest('hex').length`, 64],
    [
      'URL',
      `const u = new URL('../b?x=1', 'https://e.org/a/c'); u.searchParams.set('y', 'ä b'); return u.href`,
      'https://e.org/b?x=1&y=%C3%A4+b',
    ],
    ['Buffer', `return Buffer.from('hällo').toString('base64')`, 'aMOkbGxv'],
    ['timers', `await new Promise((done) => setTimeout(done, 5)); return 'later'`, 'later'],
    ['Headers', `return new Headers({ 'X-A': '1' }).get('x-a')`, '1'],
    ['text coding', `return new TextDecoder().decode(new TextEncoder().encode('ü'))`, 'ü'],
    [
      'structuredClone',
      `const a = { d: new Date(0), s: new Set([1]) }; const b = structuredClone(a); return [b.d.getTime(), [...b.s], b !== a]`,
      [0, [1], true],
    ],
    ['AbortController', `const c = new AbortController(); c.abort(); return c.signal.aborted`, true],
    ['a silent console', `console.log('x'); console.anything(); return 1`, 1],
  ])('finds %s', async (_what, exec, expected) => {
    expect(await returned(exec)).toEqual(expected);
  });

  it('shares nothing with the next one', async () => {
    await returned('globalThis.left = 1; Object.prototype.polluted = 1; Array.prototype.map = null; return 1');
    expect(await returned('return [typeof left, ({}).polluted ?? null, [1].map((n) => n + 1)]')).toEqual([
      'undefined',
      null,
      [2],
    ]);
  });
});

describe('a function that tries to get out', () => {
  it.each([
    ['through process', 'return typeof process'],
    ['through require', 'return typeof globalThis.require'],
    ['through the bootstrap', 'return typeof globalThis.__fairlead'],
    ['through the engine', 'return typeof globalThis.ivm + typeof globalThis._ivm'],
    ['through fetch', 'return typeof fetch'],
  ])('%s finds nothing', async (_what, exec) => {
    expect(String(await returned(exec)).replaceAll('undefined', '')).toBe('');
  });

  it.each([
    ['a host module', `require('fs')`, "Module 'fs' is not allowed"],
    ['the constructor of nango', 'nango.constructor', 'Access to "constructor" is not allowed.'],
    ['internals of nango', 'nango.persistClient', 'Access to "persistClient" is not allowed.'],
  ])('by %s is refused by name', async (_what, exec, message) => {
    expect(await thrown(exec)).toMatchObject({ kind: 'error', message });
  });

  it.each([
    `return nango.get.constructor('return typeof process')()`,
    `return (await nango.get({ endpoint: '/' })).constructor.constructor('return typeof process')()`,
    `try { require('fs') } catch (e) { return e.constructor.constructor('return typeof process')() }`,
  ])('finds no way to make code behind a constructor: %s', async (exec) => {
    expect(await thrown(exec)).toMatchObject({ kind: 'error', name: 'EvalError' });
  });
});

describe('a function that throws', () => {
  it('is described', async () => {
    expect(await thrown(`throw new TypeError('bad')`)).toMatchObject({ kind: 'error', name: 'TypeError', message: 'bad' });
    expect(await thrown('throw new nango.ActionError({ a: 1 })')).toMatchObject({ kind: 'action', payload: { a: 1 } });
    expect(await thrown('throw { a: 1 }')).toMatchObject({ kind: 'thrown', thrown: { a: 1 } });
  });

  it.each([
    ['a hostile getter', `throw Object.defineProperty(new Error('x'), 'message', { get() { throw new Error('again') } })`],
    ['a cycle', `const e = new Error('x'); e.payload = e; throw e`],
    ['an output with a hostile getter', `return { get a() { throw new Error('never') } }`],
    ['deep recursion', 'const f = (n) => f(n + 1) + 1; return f(0)'],
    ['a bundle that does not parse', 'this is not javascript'],
  ])('with %s still ends', async (_what, exec) => {
    expect((await run(exec)).status).toBe('threw');
  });
});

describe('a function without end', () => {
  it.each([
    ['a loop', 'for (;;) {}', 'timeout'],
    ['a loop after a call', `await nango.get({ endpoint: '/' }); for (;;) {}`, 'timeout'],
    ['a regular expression', `return /^(a+)+$/.test('a'.repeat(40) + 'b')`, 'timeout'],
    ['a flood of promises', 'const f = () => Promise.resolve().then(f); await f()', 'timeout'],
    ['a large output', `return 'x'.repeat(5e6)`, 'output-too-large'],
  ])('in %s is stopped', async (_what, exec, reason) => {
    expect(await run(exec)).toMatchObject({ status: 'stopped', reason });
    expect(await returned('return 1')).toBe(1);
  });

  it.each([
    ['never settles', 'await new Promise(() => {})'],
    ['never settles, after a call', `await nango.get({ endpoint: '/' }); await new Promise(() => {})`],
    ['waits for itself', 'const p = Promise.resolve().then(() => p); return p.catch(() => new Promise(() => {}))'],
  ])('waiting for a promise that %s is told so at once', async (_what, exec) => {
    const result = await run(exec);
    expect(result).toMatchObject({ status: 'stopped', reason: 'stalled' });
    expect(result.durationMs).toBeLessThan(1_000);
  });

  it('waiting for too long is stopped by its wall time', async () => {
    const result = await run('await new Promise((done) => setTimeout(done, 60_000))', { limits: { wallMs: 200 } });
    expect(result).toMatchObject({ status: 'stopped', reason: 'timeout' });
    expect(result.durationMs).toBeLessThan(1_000);
  });

  it('asking for too much at once is stopped', async () => {
    const flood = `for (let n = 0; n < 20_000; n += 1) void nango.get({ endpoint: '/' }); await new Promise((done) => setTimeout(done, 60_000))`;
    expect((await run(flood)).status).toBe('stopped');
    expect(await returned('return 1')).toBe(1);
  });

  it.each([
    ['arrays', 'const a = []; for (;;) a.push(new Array(1000).fill(0))'],
    ['one array', 'const a = new Array(2e8).fill(1.5); return a.length'],
    ['strings', `let s = 'x'; const all = []; for (;;) all.push((s += s.slice(0, 1e6) + 'y'))`],
    ['buffers', 'const all = []; for (;;) all.push(new Uint8Array(1e7).fill(1))'],
  ])('allocating %s is stopped, and the next one runs', async (_what, exec) => {
    const result = await run(exec, { limits: { spinMs: 20_000, wallMs: 20_000 } });
    expect(['out-of-memory', 'crashed', undefined]).toContain(result.status === 'stopped' ? result.reason : undefined);
    expect(result.status).not.toBe('returned');
    expect(await returned('return 2')).toBe(2);
  });

  it('is stopped at once when it is cancelled', async () => {
    const cancel = new AbortController();
    const running = run('for (;;) {}', { signal: cancel.signal, limits: { spinMs: 20_000, wallMs: 20_000 } });
    setImmediate(() => cancel.abort());
    expect(await running).toMatchObject({ status: 'stopped', reason: 'aborted' });
  });
});

it('a run that fills its memory costs the others in its process nothing', async () => {
  const slow = `await new Promise((done) => setTimeout(done, 2_500)); return 'kept'`;
  const others = Array.from({ length: 4 }, () => returned(slow));
  const hungry = `const all = []; for (;;) { for (let n = 0; n < 50; n += 1) all.push(new Array(1000).fill(n)); await nango.get({ endpoint: '/' }); }`;
  expect(await run(hungry)).toMatchObject({ status: 'stopped', reason: 'out-of-memory' });
  expect(await returned('return 1')).toBe(1);
  expect(await Promise.all(others)).toEqual(['kept', 'kept', 'kept', 'kept']);
});

it('runs many at once', async () => {
  const results = await Promise.all(Array.from({ length: 60 }, (_, n) => returned('return input.n', { n })));
  expect(results).toEqual(Array.from({ length: 60 }, (_, n) => n));
});

it('runs that wait for a timer hold up those behind them no more than runs that wait for the host', async () => {
  const warm = { instances: 64, runs: 1_000, ageMs: 60_000, idleMs: 60_000 };
  const child = { ahead: 0, memoryMb: 128, snapshotBytes: 0, warm };
  const crowded = new TestPool({ processes: 1, spares: 0, concurrency: 64, child });
  await crowded.open();
  const later = (): Promise<string> => new Promise((resolve) => setTimeout(() => resolve('{"ok":null}'), 20));
  const timeOf = async (exec: string): Promise<number> => {
    const startedAt = performance.now();
    const all = Array.from({ length: 256 }, () => crowded.run(exec, { warmKey: exec, onCall: later }));
    for (const { result } of await Promise.all(all)) expect(result.status).toBe('returned');
    return performance.now() - startedAt;
  };
  const [asks, waits] = ['await nango.getCheckpoint()', 'await new Promise((done) => setTimeout(done, 20))'];
  await timeOf(asks);
  const asking = await timeOf(asks);
  await timeOf(waits);
  expect((await timeOf(waits)) / asking).toBeLessThan(3);
  await crowded.close();
});
