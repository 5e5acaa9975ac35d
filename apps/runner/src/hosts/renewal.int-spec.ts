import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { outputOf, TestPool } from './test-pool.js';

const RUNS = 5;
const ANSWER = '{"ok":{"status":200,"statusText":"OK","headers":{},"text":"{}"}}';
const pool = new TestPool({ processes: 1, spares: 1, isolates: RUNS });

beforeAll(() => pool.open());
afterAll(() => pool.close());

/** Parent and command line of a process, undefined where it is gone. */
function processOf(pid: string): { parent: string; command: string } | undefined {
  try {
    const [, parent = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return { parent, command: readFileSync(`/proc/${pid}/cmdline`, 'utf8') };
  } catch {
    return undefined;
  }
}

/** Sandbox processes of this one, by their ids. */
function sandboxes(): string[] {
  const all = new Map(readdirSync('/proc').flatMap((pid) => (processOf(pid) ? [[pid, processOf(pid)] as const] : [])));
  const isOurs = (pid: string): boolean => pid === String(process.pid) || (all.has(pid) && isOurs(all.get(pid)?.parent ?? ''));
  return [...all.keys()].filter((pid) => pid !== String(process.pid) && isOurs(pid) && all.get(pid)?.command.includes('sandbox'));
}

it('a process that has run so many is replaced, and ends what it runs', async () => {
  const before = sandboxes();
  expect(before.length).toBeGreaterThan(0);
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  const long = pool.run(`await nango.get({ endpoint: '/x' }); return 'ended'`, {
    limits: { wallMs: 60_000 },
    onCall: async () => {
      await held;
      return ANSWER;
    },
  });
  for (let n = 0; n < 4 * RUNS; n += 1) expect(outputOf((await pool.run(`return ${n}`)).result)).toBe(n);
  expect(sandboxes().filter((pid) => before.includes(pid))).not.toEqual([]);
  letGo();
  expect(outputOf((await long).result)).toBe('ended');
  await expect.poll(() => sandboxes().filter((pid) => before.includes(pid)), { timeout: 10_000 }).toEqual([]);
});
