import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestRedis, testRedis } from '#libs/testing';
import { answered, newPrefix, REQUEST, testReplica, type TestReplica } from './test-replica.js';

/** Limits of the kinds that providers have, met by the callers of two replicas. */
let redis: TestRedis;
let replicas: TestReplica[];

beforeAll(async () => {
  redis = await testRedis();
});
afterAll(() => redis.close());
beforeEach(async () => {
  const prefix = newPrefix();
  replicas = [testReplica(redis.url, { prefix }), testReplica(redis.url, { prefix })];
  await Promise.all(replicas.map(({ listening }) => listening));
});
afterEach(() => replicas.forEach((one) => one.kill()));

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
}
type Provider = () => Answer;

const LIMIT = 10;
const WINDOW_MS = 600;

const answerOf = (left: number, resetsAt: number, isTold = true): Answer => ({
  status: left >= 0 ? 200 : 429,
  headers: {
    ...(isTold
      ? {
          'x-ratelimit-limit': String(LIMIT),
          'x-ratelimit-remaining': String(Math.max(0, left)),
          'x-ratelimit-reset': String(resetsAt),
        }
      : {}),
    ...(left >= 0 ? {} : { 'retry-after': String((resetsAt - Date.now()) / 1000) }),
  },
});

/** A window begins with the first call after the one before. */
function windowFromFirstCall(): Provider {
  let [startedAt, count] = [0, 0];
  return () => {
    if (Date.now() >= startedAt + WINDOW_MS) [startedAt, count] = [Date.now(), 0];
    count += 1;
    return answerOf(LIMIT - count, startedAt + WINDOW_MS);
  };
}

/** No more than the limit in any span as long as the window. */
function slidingWindow(isTold: boolean): () => Provider {
  return () => {
    const taken: number[] = [];
    return () => {
      while (taken.length > 0 && (taken[0] as number) <= Date.now() - WINDOW_MS) taken.shift();
      const left = LIMIT - taken.length - 1;
      if (left >= 0) taken.push(Date.now());
      // When all that is taken is given back: a client that waits for it is right in any case.
      return answerOf(left, (taken.at(-1) ?? Date.now()) + WINDOW_MS, isTold);
    };
  };
}

/** Calls of several callers, each made again until it is not refused. @returns refusals */
async function callAll(count: number, provider: Provider): Promise<number> {
  let refusals = 0;
  const one = async (index: number): Promise<void> => {
    const call = replicas[index % 2]?.call(`caller ${index % 3}`);
    await call?.admit(REQUEST);
    await delay(Math.random() * 10);
    const { status, headers } = provider();
    await delay(Math.random() * 10);
    call?.learn({ ...answered(status, headers), durationMs: 20 });
    if (status === 200) return;
    refusals += 1;
    await one(index);
  };
  await Promise.all(Array.from({ length: count }, (_, index) => one(index)));
  return refusals;
}

describe('a provider', () => {
  it.each([
    ['whose window begins with the first call', windowFromFirstCall],
    ['whose window slides', slidingWindow(true)],
  ])('%s refuses no call once it has told its limit', async (_what, start) => {
    const provider = start();
    while (provider().status === 200);
    const { status, headers } = provider();
    replicas[0]?.learn({ status, headers });
    await expect.poll(() => replicas[1]?.governor.gate.watch.isEmpty).toBe(false);
    expect(await callAll(5 * LIMIT, provider)).toBe(0);
  });

  it('that tells nothing but when to come back refuses fewer calls than it answers', async () => {
    const provider = slidingWindow(false)();
    while (provider().status === 200);
    const { status, headers } = provider();
    replicas[0]?.learn({ status, headers });
    await expect.poll(() => replicas[1]?.governor.gate.watch.isEmpty).toBe(false);
    expect(await callAll(5 * LIMIT, provider)).toBeLessThan(5 * LIMIT);
  });
});
