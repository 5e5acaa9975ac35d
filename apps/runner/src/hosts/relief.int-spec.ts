import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SandboxFleet } from './sandbox-fleet.js';
import { outputOf, TestPool } from './test-pool.js';

/** Memory that one function takes past what the engine counts as its own costs the others in its process nothing. */
const MB = 1024 ** 2;
const INNOCENT = 10;
const LIMITS = { wallMs: 30_000, spinMs: 20_000, memoryMb: 128 };
/** Resizable buffers are no part of an isolate's own accounts. */
const TAKE = `const one = new ArrayBuffer(8 * ${MB}, { maxByteLength: 9 * ${MB} }); new Uint8Array(one).fill(1); held.push(one);`;

let begun = 0;
let release: (json: string) => void = () => undefined;
const pool = new TestPool({ processes: 1, spares: 1, concurrency: 64, memoryBytes: 400 * MB }, async (op) => {
  if (op !== 'connection') return '{"ok":null}';
  begun += 1;
  return new Promise((resolve) => (release = both(release, resolve)));
});
const both = (first: (json: string) => void, second: (json: string) => void) => (json: string) => (first(json), second(json));

beforeAll(() => pool.open());
afterAll(() => pool.close());

/** Ten that wait for an answer, as long as another function runs beside them. @returns how that ended, and what they returned */
async function beside(exec: string, memoryMb: number) {
  begun = 0;
  release = () => undefined;
  const others = Array.from({ length: INNOCENT }, () =>
    pool.run(`await nango.getConnection(); return 'kept'`, { limits: LIMITS }),
  );
  await expect.poll(() => begun, { timeout: 20_000 }).toBe(INNOCENT);
  const { result } = await pool.run(exec, { limits: { ...LIMITS, memoryMb } });
  release('{"ok":{"connection_id":"c"}}');
  return { result, returned: (await Promise.all(others)).map((other) => outputOf(other.result)) };
}
const KEPT = Array.from({ length: INNOCENT }, () => 'kept');

describe('a function that takes memory', () => {
  it.each([
    ['while it computes', `for (;;) { ${TAKE} }`],
    ['between calls', `for (;;) { ${TAKE} await nango.getCheckpoint(); }`],
    ['between waits', `for (;;) { ${TAKE} await new Promise((done) => setTimeout(done, 1)); }`],
  ])('%s, past its own accounts, is ended, and those beside it go on', async (_what, loop) => {
    const { result, returned } = await beside(`const held = []; ${loop}`, LIMITS.memoryMb);
    expect(result).toMatchObject({ status: 'stopped', reason: 'out-of-memory' });
    expect(returned).toEqual(KEPT);
  });

  it.each([
    ['arrays', 'const held = []; for (;;) held.push(new Array(1000).fill(0))'],
    ['buffers of numbers', 'const held = []; for (;;) held.push(Array.from({ length: 1000 }, Math.sqrt))'],
  ])('in a loop that calls what is built in, in %s, is ended for good, and its process goes on', async (_what, exec) => {
    const retire = vi.spyOn(SandboxFleet.prototype, 'retire');
    const { result, returned } = await beside(exec, 32);
    expect(result).toMatchObject({ status: 'stopped', reason: 'out-of-memory' });
    expect([returned, retire.mock.calls]).toEqual([KEPT, []]);
    retire.mockRestore();
  });

  it('in one leap, past what the engine can give, is ended, and those beside it end as they would', async () => {
    const { result, returned } = await beside('const held = new Map(); for (let n = 0; ; n += 1) held.set(n, { n })', 32);
    expect(result).toMatchObject({ status: 'stopped', reason: 'out-of-memory' });
    expect(returned).toEqual(KEPT);
    expect(outputOf((await pool.run('return 1')).result)).toBe(1);
  });
});
