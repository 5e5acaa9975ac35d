import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError } from '#libs/kernel';

const GONE_WITHIN_MS = 12_000;
const ASK_AFTER_MS = 2_000;
const POLL_MS = 50;

/** Whether a process with this id exists, ours or not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The command line of a process; empty when it is gone or cannot be seen. */
export function commandOf(pid: number): string {
  try {
    if (existsSync('/proc/self')) return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

/**
 * A process of a stack that was killed is on its way out, its keeper sees to that: waits for it, helps after a while, and clears a
 * pid file nobody stands behind. The id alone proves nothing, since ids are used again: the command line must hold the mark.
 * @throws ConfigError when it does not end
 */
export async function endLeftover(pidFile: string, mark: string): Promise<void> {
  const pid = existsSync(pidFile) ? Number.parseInt(readFileSync(pidFile, 'utf8'), 10) : 0;
  if (!(pid > 0)) return;
  const isOurs = () => isAlive(pid) && commandOf(pid).includes(mark);
  const start = Date.now();
  let asked = false;
  while (isOurs()) {
    if (!asked && Date.now() > start + ASK_AFTER_MS) {
      process.kill(pid, 'SIGINT');
      asked = true;
    }
    if (Date.now() > start + GONE_WITHIN_MS) {
      throw new ConfigError(`process ${pid} (${mark}) of an earlier start still runs and does not end: end it, then start again`);
    }
    await delay(POLL_MS);
  }
  rmSync(pidFile, { force: true });
}
