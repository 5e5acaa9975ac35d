import { afterAll, beforeAll, expect, it } from 'vitest';
import { outputOf, TestPool } from './test-pool.js';

const MB = 1024 ** 2;
/** Each holds some 24 MB for a while, and all of them together several times what a process may. */
const HOLDS = `const held = new Uint8Array(24e6).fill(1); await new Promise((done) => setTimeout(done, 100)); return held.length;`;
const AT_ONCE = 40;

const pool = new TestPool({ processes: 1, spares: 1, concurrency: 64, memoryBytes: 400 * MB });
beforeAll(() => pool.open());
afterAll(() => pool.close());

it('functions wait for memory rather than end each other for want of it', async () => {
  const runs = Array.from({ length: AT_ONCE }, () => pool.run(HOLDS, { limits: { wallMs: 20_000, spinMs: 10_000 } }));
  const outputs = (await Promise.all(runs)).map(({ result }) => outputOf(result));
  expect(outputs).toEqual(Array.from({ length: AT_ONCE }, () => 24e6));
});

it('a process that stays full is stood in for, and goes on with what it has', async () => {
  const limits = { wallMs: 20_000, spinMs: 10_000, memoryMb: 128 };
  let release: (json: string) => void = () => undefined;
  const released = new Promise<string>((resolve) => (release = resolve));
  const exec = `const held = []; for (let n = 0; n < 12; n += 1) held.push(new ArrayBuffer(24 * 1024 ** 2, { maxByteLength: 25 * 1024 ** 2 })); for (const one of held) new Uint8Array(one).fill(1); await nango.get({ endpoint: '/' }); return held.length;`;
  const long = pool.run(exec, { limits: { ...limits, memoryMb: 512 }, onCall: () => released });
  const others = await Promise.all(Array.from({ length: 4 }, () => pool.run('return 1', { limits })));
  expect(others.map(({ result }) => outputOf(result))).toEqual([1, 1, 1, 1]);
  release('{"ok":{"status":200,"statusText":"OK","headers":{},"text":"1"}}');
  expect(outputOf((await long).result)).toBe(12);
});

it('a function that needs most of a process does not wait until those that run have ended', async () => {
  const limits = { wallMs: 20_000, spinMs: 10_000, memoryMb: 512 };
  const exec = `const held = Array.from({ length: 12 }, () => new Uint8Array(24 * 1024 ** 2).fill(1)); await new Promise((done) => setTimeout(done, 100)); return held.length;`;
  // Now it is known what it takes.
  expect(outputOf((await pool.run(exec, { limits })).result)).toBe(12);
  let release: (json: string) => void = () => undefined;
  const released = new Promise<string>((resolve) => (release = resolve));
  const long = pool.run(`await nango.get({ endpoint: '/' }); return 'long'`, {
    limits: { ...limits, memoryMb: 32 },
    onCall: () => released,
  });
  expect(outputOf((await pool.run(exec, { limits })).result)).toBe(12);
  release('{"ok":{"status":200,"statusText":"OK","headers":{},"text":"1"}}');
  expect(outputOf((await long).result)).toBe('long');
});
