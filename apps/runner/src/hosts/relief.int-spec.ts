import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

describe('a function that takes memory', () => {
  it.each([
    ['while it computes', `for (;;) { ${TAKE} }`],
    ['between calls', `for (;;) { ${TAKE} await nango.getCheckpoint(); }`],
    ['between waits', `for (;;) { ${TAKE} await new Promise((done) => setTimeout(done, 1)); }`],
  ])('%s, past its own accounts, is ended, and those beside it go on', async (_what, loop) => {
    begun = 0;
    release = () => undefined;
    const others = Array.from({ length: INNOCENT }, () =>
      pool.run(`await nango.getConnection(); return 'kept'`, { limits: LIMITS }),
    );
    await expect.poll(() => begun, { timeout: 20_000 }).toBe(INNOCENT);
    const { result } = await pool.run(`const held = []; ${loop}`, { limits: LIMITS });
    expect(result).toMatchObject({ status: 'stopped', reason: 'out-of-memory' });
    release('{"ok":{"connection_id":"c"}}');
    expect((await Promise.all(others)).map((other) => outputOf(other.result))).toEqual(Array.from(others, () => 'kept'));
  });
});
