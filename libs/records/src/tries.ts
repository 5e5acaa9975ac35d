import { setTimeout as delay } from 'node:timers/promises';
import { type BackoffPolicy, backoffMs } from '#libs/kernel';
import { isPassing } from './domain/passing.js';

const RETRIES = 6;
/** About six seconds in all: a restart of the database, or a failover of one that is quick. */
const BACKOFF: BackoffPolicy = { baseMs: 100, factor: 2, maxMs: 2_000 };

/** Tries work again that may be done twice, while what keeps it from being done is likely to pass. @throws the last failure */
export async function withRetries<Result>(work: () => Promise<Result>, retry = 0): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (retry >= RETRIES || !isPassing(error)) throw error;
  }
  await delay(backoffMs(retry, BACKOFF));
  return withRetries(work, retry + 1);
}
