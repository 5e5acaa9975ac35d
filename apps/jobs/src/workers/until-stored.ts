import { Logger } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { isAway } from '#libs/database';
import { backoffMs, messageOf } from '#libs/kernel';

const BACKOFF = { baseMs: 100, factor: 2, maxMs: 2_000 };

/**
 * Takes a step of what runs in this process until the database has noted it: the ledger says that it runs here, so that nobody else will
 * take it while this process lives. A step whose answer was lost is taken again: it must be idempotent.
 * @throws what the step throws while the database is there
 */
export async function untilStored<Result>(what: string, step: () => Promise<Result>): Promise<Result> {
  for (let tried = 0; ; tried += 1) {
    try {
      return await step();
    } catch (error) {
      if (!isAway(error)) throw error;
      if (tried === 0) new Logger('Ledger').warn(`${what} is noted once the database is back: ${messageOf(error)}`);
      await delay(backoffMs(tried, BACKOFF));
    }
  }
}
