import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const EVERY_MS = 200;
const run = promisify(execFile);

/** Resident memory of a process, in mebibytes. */
async function residentMb(pid: number): Promise<number> {
  const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(stdout.trim()) / 1024;
}

/** How far a process grows while something is done, at its peak, in mebibytes. */
export async function growthDuring(pid: number, work: () => Promise<void>): Promise<number> {
  const before = await residentMb(pid);
  let peak = before;
  const over = new AbortController();
  const watch = async () => {
    for (; !over.signal.aborted; await delay(EVERY_MS)) peak = Math.max(peak, await residentMb(pid));
  };
  const watching = watch();
  try {
    await work();
  } finally {
    over.abort();
    await watching;
  }
  return peak - before;
}
