import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finished } from './sandbox-process.js';
import { outputOf, TestPool } from './test-pool.js';

/** Where the instance of a run comes from: made for it, from a snapshot of its function, or kept from the run before. */
const calls: { op: string; release: () => void }[] = [];
const pool = new TestPool({}, (op) => {
  if (op !== 'checkpoint.get') return Promise.resolve('{"ok":null}');
  return new Promise((resolve) => calls.push({ op, release: () => resolve('{"ok":{"late":true}}') }));
});

beforeAll(() => pool.open());
afterAll(() => pool.close());

const originOf = ({ cost }: Finished) => cost?.origin;

describe('a warm instance', () => {
  const COUNTER = { body: 'let runs = 0;' };
  const count = (warmKey: string | undefined, exec = 'return ++runs;') =>
    pool.run(exec, { ...COUNTER, ...(warmKey === undefined ? {} : { warmKey }) });

  it('serves the next run of its key, with what its module holds', async () => {
    const [first, second] = [await count('a'), await count('a')];
    expect([originOf(first), originOf(second)]).toEqual(['fresh', 'warm']);
    expect([outputOf(first.result), outputOf(second.result)]).toEqual([1, 2]);
  });

  it('serves no other key, and nobody who did not ask for it', async () => {
    await count('b');
    expect(outputOf((await count('c')).result)).toBe(1);
    expect(outputOf((await count(undefined)).result)).toBe(1);
  });

  it.each([
    ['threw', `throw new Error('x')`],
    ['was stopped', 'for (;;) {}'],
    ['goes on after its result', 'const on = () => Promise.resolve().then(on); on(); return 1'],
  ])('is not kept after a run that %s', async (what, exec) => {
    const key = `ends ${what}`;
    await pool.run(exec, { ...COUNTER, warmKey: key, limits: { spinMs: 100 } });
    expect(originOf(await pool.run(exec, { ...COUNTER, warmKey: key, limits: { spinMs: 100 } }))).toBe('fresh');
  });

  it('serves one run at a time', async () => {
    const body = 'let inside = 0;';
    const exec = 'inside += 1; await new Promise((done) => setTimeout(done, 50)); return inside--;';
    const both = await Promise.all([1, 2].map(() => pool.run(exec, { body, warmKey: 'one at a time' })));
    expect(both.map(({ result }) => outputOf(result))).toEqual([1, 1]);
  });

  it('serves again after a run that was measured at its end, however late that is', async () => {
    const origins: (string | undefined)[] = [];
    const caller = async () => {
      for (let n = 0; n < 100; n += 1) origins.push(originOf(await count('many runs', 'return 1')));
    };
    await Promise.all(Array.from({ length: 8 }, caller));
    expect(origins.filter((origin) => origin !== 'warm').length).toBeLessThanOrEqual(8);
  });

  it('lets nothing of one run reach the next: neither timers nor late answers', async () => {
    const body = 'const heard = [];';
    const exec = `
      if (input.first) {
        setTimeout(() => heard.push('timer'), 30);
        nango.getCheckpoint().then(() => heard.push('answer'));
        return 'left';
      }
      await new Promise((done) => setTimeout(done, 80));
      return heard;`;
    const run = (first: boolean) => pool.run(exec, { body, warmKey: 'late', input: { first } });
    expect(outputOf((await run(true)).result)).toBe('left');
    const second = run(false);
    await expect.poll(() => calls.length).toBeGreaterThan(0);
    for (const { release } of calls.splice(0)) release();
    const finished = await second;
    expect(originOf(finished)).toBe('warm');
    expect(outputOf(finished.result)).toEqual([]);
  });

  it('is disposed of after so many runs', async () => {
    const few = new TestPool({
      spares: 0,
      child: {
        ahead: 1,
        memoryMb: 128,
        snapshotBytes: 0,
        warm: { instances: 2, runs: 3, ageMs: 60_000, idleMs: 60_000 },
      },
    });
    await few.open();
    const origins: unknown[] = [];
    for (let n = 0; n < 5; n += 1) origins.push(originOf(await few.run('return 1', { warmKey: 'few' })));
    expect(origins).toEqual(['fresh', 'warm', 'warm', 'fresh', 'warm']);
    await few.close();
  });

  it.each([
    ['age', { ageMs: 100, idleMs: 60_000 }],
    ['idle time', { ageMs: 60_000, idleMs: 100 }],
  ])('is disposed of for its %s', async (_what, times) => {
    const brief = new TestPool({
      spares: 0,
      child: { ahead: 1, memoryMb: 128, snapshotBytes: 0, warm: { instances: 2, runs: 100, ...times } },
    });
    await brief.open();
    await brief.run('return 1', { warmKey: 'brief' });
    await expect.poll(async () => originOf(await brief.run('return 1', { warmKey: 'brief' })), { interval: 150 }).toBe('fresh');
    await brief.close();
  });
});

describe('the snapshot of a function', () => {
  /** Takes long enough for a snapshot to be worth it after a few runs, by counting and not by the clock. */
  const SLOW = 'let sum = 0; for (let n = 0; n < 4e7; n += 1) sum += n % 7;';
  const code = (head: string, exec: string) =>
    `${SLOW}\n${head}\nmodule.exports = { default: { type: 'action', exec: async (nango, input) => { ${exec} } } };`;

  const untilSnapshot = async (module: string): Promise<Finished> => {
    let last = await pool.runModule(module, { limits: { spinMs: 10_000 } });
    await expect
      .poll(async () => originOf((last = await pool.runModule(module, { limits: { spinMs: 10_000 } }))), { timeout: 20_000 })
      .toBe('snapshot');
    return last;
  };

  it('is used once its body has cost enough, and gives what a fresh instance gives', async () => {
    const exec = `const { z } = require('zod'); return [sum, helper(2), z.object({ a: z.string() }).safeParse({ a: 1 }).success, typeof WebAssembly, typeof __fairlead, typeof Date.now()]`;
    const module = code('const helper = (n) => n * 2; const held = new Map([[1, new Uint8Array(4)]]);', exec);
    const fresh = outputOf((await pool.runModule(module, { limits: { spinMs: 10_000 } })).result);
    expect(fresh).toEqual([expect.any(Number), 4, false, 'undefined', 'undefined', 'number']);
    expect(outputOf((await untilSnapshot(module)).result)).toEqual(fresh);
  });

  it('does not repeat chance, and leaves no binding to find', async () => {
    const exec = `return [Math.random(), require('crypto').randomUUID(), Object.getOwnPropertyNames(globalThis).filter((name) => /fairlead|factory/i.test(name)), Object.getOwnPropertyDescriptor(Math, 'random').writable, new Date().constructor === Date]`;
    const module = code('', exec);
    await untilSnapshot(module);
    const [one, two] = (await Promise.all([1, 2].map(() => pool.runModule(module)))).map(
      ({ result }) => outputOf(result) as unknown[],
    );
    expect(one?.[0]).not.toBe(two?.[0]);
    expect(one?.[1]).not.toBe(two?.[1]);
    expect(one?.slice(2)).toEqual([[], true, true]);
  });

  it('is one for each name it runs under, and keeps its lines in stack traces', async () => {
    const module = code('', `throw new Error('here')`).replace(
      "throw new Error('here')",
      'try { null.x } catch (e) { return e.stack }',
    );
    const fresh = outputOf((await pool.runModule(module, { limits: { spinMs: 10_000 } })).result);
    expect(outputOf((await untilSnapshot(module)).result)).toBe(fresh);
    expect(fresh).toContain('subject-crm.cjs:3');
  });
});

describe('a function has no snapshot', () => {
  const SLOW = 'let sum = 0; for (let n = 0; n < 1e8; n += 1) sum += n % 7;';

  it.each([
    ['Date.now()', 'const at = Date.now();'],
    ['new Date()', 'const at = new Date();'],
    ['a date it caught', 'let at; try { at = globalThis.Date() } catch {}'],
    ['Math.random()', 'const at = Math.random();'],
    ['a format of now', 'const at = new Intl.DateTimeFormat().format();'],
    ['a random id', `let at; try { at = require('crypto').randomUUID() } catch {}`],
    ['a URL parsed by the host', `let at; try { at = new URL('https://e.org') } catch {}`],
    ['a timer', 'setTimeout(() => 1, 10);'],
    ['a microtask that reads the clock', 'Promise.resolve().then(() => Date.now());'],
  ])('whose body depends on %s', async (_what, head) => {
    const module = `${SLOW}\n${head}\nmodule.exports = { default: { type: 'action', exec: async () => 1 } };`;
    const origins = new Set<unknown>();
    for (let n = 0; n < 6; n += 1) origins.add(originOf(await pool.runModule(module, { limits: { spinMs: 10_000 } })));
    expect([...origins]).toEqual(['fresh']);
  });
});
