import { Logger } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs, messageOf } from '#libs/kernel';

/** Adds up to some ten minutes: a database that restarts, or fails over, is back by then. */
const BACKOFF = { baseMs: 100, factor: 2, maxMs: 10_000 };
const TRIES = 70;

export interface Patience {
  /** Ends it: a process that stops signs off, and what it ran is found by the sweep. */
  readonly stop?: AbortSignal;
  readonly wait?: (ms: number, stop?: AbortSignal) => Promise<unknown>;
}

const pause = (ms: number, stop?: AbortSignal): Promise<unknown> =>
  delay(ms, undefined, stop ? { signal: stop } : {}).catch(() => undefined);

/**
 * Stores the end of a run, however long the database is away: nobody else knows of it, and nobody misses it while this process lives.
 * @throws what the last try throws
 */
export async function untilStored<Result>(
  what: string,
  store: () => Promise<Result>,
  { stop, wait = pause }: Patience = {},
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await store();
    } catch (error) {
      if (stop?.aborted || tries >= TRIES) throw error;
      new Logger('SyncRuns').warn(`${what} is not stored yet: ${messageOf(error)}`);
      await wait(backoffMs(tries - 1, BACKOFF), stop);
    }
  }
}
