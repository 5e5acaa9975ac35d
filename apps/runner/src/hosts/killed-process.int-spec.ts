import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { classifyStop } from '../executions/domain/classify.js';
import { outputOf, TestPool } from './test-pool.js';

/** What is left when the kernel, or somebody, kills a sandbox process. */
const RUNS = 50;
const BACK_WITHIN_MS = 1_000;
let begun = 0;
const held: (() => void)[] = [];
const pool = new TestPool({ processes: 2, spares: 1, concurrency: RUNS }, async (op) => {
  if (op !== 'checkpoint.get') return '{"ok":null}';
  begun += 1;
  await new Promise<void>((release) => held.push(release));
  return '{"ok":null}';
});

beforeAll(() => pool.open());
afterAll(() => pool.close());

/** Sandbox processes of this one, by their arguments. */
const children = (): number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && isSandbox(pid));

function isSandbox(pid: number): boolean {
  try {
    const parent = Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]);
    return parent === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('child/main.js');
  } catch {
    return false;
  }
}

const cpuOf = (pid: number): number => Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[11]);

it('ends what it ran as documented; the others notice nothing, and capacity is back in less than a second', async () => {
  const settled: { status: string; pid?: number }[] = [];
  const limits = { wallMs: 60_000 };
  const runs = Array.from({ length: RUNS * 2 }, async () => {
    const { result } = await pool.run('await nango.getCheckpoint(); return 1', { limits });
    settled.push(result);
    return result;
  });
  await expect.poll(() => begun, { timeout: 20_000 }).toBe(RUNS * 2);
  // The spare has computed least.
  const [, victim] = children().toSorted((a, b) => cpuOf(a) - cpuOf(b));
  if (victim === undefined) throw new Error('no sandbox process is running');
  const killedAt = performance.now();
  process.kill(victim, 'SIGKILL');
  await expect.poll(() => settled.length, { interval: 5 }).toBe(RUNS);
  const replacement = await Promise.all(Array.from({ length: 20 }, (_, n) => pool.run('return input.n', { input: { n } })));
  expect(performance.now() - killedAt).toBeLessThan(BACK_WITHIN_MS);
  expect(replacement.map(({ result }) => outputOf(result))).toEqual(Array.from({ length: 20 }, (_, n) => n));
  for (const release of held.splice(0)) release();
  const results = await Promise.all(runs);
  const lost = results.filter(({ status }) => status === 'stopped');
  expect(lost).toHaveLength(RUNS);
  for (const result of lost) {
    if (result.status !== 'stopped') continue;
    expect(classifyStop(result.reason, result.message)).toMatchObject({ code: 'function_runtime_other', status: 500 });
    expect(result.message).toContain('SIGKILL');
  }
  expect(results.filter(({ status }) => status === 'returned')).toHaveLength(RUNS);
});

it('has two processes and a spare again', async () => {
  await expect.poll(() => children().length, { timeout: 10_000 }).toBe(3);
});
