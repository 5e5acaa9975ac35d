import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '#libs/kernel';
import { type TestRedis, testRedis } from '#libs/testing';
import { answered, newPrefix, REQUEST, testReplica, type TestReplica } from './test-replica.js';

/** Two governors on one Redis, as two replicas of a server have them. */
let redis: TestRedis;
let prefix: string;
let here: TestReplica;
let there: TestReplica;
let replicas: TestReplica[];

const replica = async (...[tuning, options]: [Parameters<typeof testReplica>[1]?, Parameters<typeof testReplica>[2]?]) => {
  const made = testReplica(redis.url, { prefix, ...tuning }, options);
  replicas.push(made);
  await made.listening;
  return made;
};

beforeAll(async () => {
  redis = await testRedis();
});
afterAll(() => redis.close());
beforeEach(async () => {
  prefix = newPrefix();
  replicas = [];
  [here, there] = await Promise.all([replica(), replica()]);
});
afterEach(() => replicas.forEach((one) => one.kill()));

const isWatching = async (one: TestReplica) => {
  await vi.waitFor(() => expect(one.governor.gate.watch.isEmpty).toBe(false), { interval: 5 });
};
const blocked = { status: 429, headers: { 'retry-after': '1' } };
const inOneSecond = (remaining: number, limit = 10) => ({
  headers: { 'x-ratelimit-limit': String(limit), 'x-ratelimit-remaining': String(remaining), 'x-ratelimit-reset': '1' },
});
const errorOf = async (promise: Promise<unknown> | undefined) => {
  const error: unknown = await Promise.resolve(promise).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error as AppError;
};

describe('a bucket', () => {
  it('that nobody has trouble with is not asked about', () => {
    here.learn(inOneSecond(9));
    expect(here.call('a').admit(REQUEST)).toBeUndefined();
  });

  it('one replica has trouble with is watched by the others', async () => {
    here.learn(blocked);
    await isWatching(there);
    const startedAt = performance.now();
    await there.call('a').admit(REQUEST);
    expect(performance.now() - startedAt).toBeGreaterThan(900);
  });

  it('lets no more calls go than are left, all replicas together, until the window ends', async () => {
    here.learn(inOneSecond(5));
    await isWatching(there);
    const startedAt = performance.now();
    const went: number[] = [];
    const calls = Array.from({ length: 20 }, async (_, index) => {
      await (index % 2 ? here : there).call(`caller ${index % 3}`).admit(REQUEST);
      went.push(performance.now() - startedAt);
    });
    await vi.waitFor(() => expect(went.length).toBeGreaterThanOrEqual(5));
    await vi.waitFor(() => expect(went.length).toBeGreaterThan(5), { timeout: 5_000 });
    expect(went.filter((ms) => ms < 900)).toHaveLength(5);
    replicas.forEach((one) => one.kill());
    await Promise.allSettled(calls);
  });

  it('whose limit is not told is felt out: one call, then more with every answer', async () => {
    here.learn(blocked);
    const calls = Array.from({ length: 12 }, () => here.call('a'));
    const under = new Set<(typeof calls)[number]>();
    const most: number[] = [];
    const goes = calls.map(async (call) => {
      await call.admit(REQUEST);
      under.add(call);
    });
    for (let answers = 0; answers < calls.length;) {
      await vi.waitFor(() => expect(under.size).toBeGreaterThan(0), { timeout: 3_000, interval: 5 });
      most.push(under.size);
      for (const call of under) {
        under.delete(call);
        call.learn(answered(200));
        answers += 1;
      }
    }
    await Promise.all(goes);
    expect(most[0]).toBe(1);
    expect(Math.max(...most)).toBeGreaterThan(1);
  });
});

describe('a watch', () => {
  it('ends by itself, everywhere', async () => {
    const [brief, other] = await Promise.all([replica({ quietMs: 300 }), replica({ quietMs: 300 })]);
    brief.learn({ status: 429, headers: { 'retry-after': '0' } });
    await isWatching(other);
    await brief.call('a').admit(REQUEST);
    const admin = new Redis(redis.url);
    const state = async () => (await admin.keys(`${prefix}:*`)).filter((key) => key.endsWith('}'));
    await vi.waitFor(async () => expect(await state()).toEqual([]));
    admin.disconnect();
    for (const one of [brief, other]) expect(one.call('a').admit(REQUEST)).toBeUndefined();
  });
});

describe('callers', () => {
  it('take turns: one with thousands of waiting calls is ahead of another by one at most', async () => {
    here.learn({
      status: 429,
      headers: { 'retry-after': '2', 'x-ratelimit-limit': '4', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '2' },
    });
    await isWatching(there);
    const order: string[] = [];
    const gone = new AbortController();
    const flood = Array.from({ length: 5_000 }, async (_, index) => {
      await here.call('flood', { signal: gone.signal }).admit(REQUEST);
      order.push(`flood ${index}`);
    });
    const light = [0, 1].map(async (index) => {
      await there.call('light').admit(REQUEST);
      order.push(`light ${index}`);
    });
    await Promise.all(light);
    await vi.waitFor(() => expect(order.length).toBeGreaterThanOrEqual(4));
    expect(order.slice(0, 4).toSorted()).toEqual(['flood 0', 'flood 1', 'light 0', 'light 1']);
    gone.abort();
    await Promise.allSettled(flood);
  });

  it('get their own calls admitted in the order they asked', async () => {
    here.learn(inOneSecond(0, 50));
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        await here.call('a').admit(REQUEST);
        order.push(index);
      }),
    );
    expect(order).toEqual(order.toSorted((one, other) => one - other));
  });

  it('who go away leave their place to the next', async () => {
    here.learn({ headers: { 'x-ratelimit-limit': '1', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' } });
    const gone = new AbortController();
    const first = errorOf(here.call('a', { signal: gone.signal }).admit(REQUEST));
    const second = here.call('a').admit(REQUEST);
    gone.abort(new Error('the client went away'));
    expect((await first).message).toBe('the client went away');
    const startedAt = performance.now();
    await second;
    expect(performance.now() - startedAt).toBeLessThan(1_500);
  });

  it('of a replica that was killed are forgotten', async () => {
    const [doomed, left] = await Promise.all([replica({ leaseMs: 600 }), replica({ leaseMs: 600 })]);
    doomed.learn({ headers: { 'x-ratelimit-limit': '1', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' } });
    await isWatching(left);
    const lost = Array.from({ length: 50 }, () => Promise.resolve(doomed.call('a').admit(REQUEST)).catch(() => undefined));
    const admin = new Redis(redis.url);
    await vi.waitFor(async () => expect(await waiting(admin)).toBe(50));
    doomed.kill();
    await left.call('a').admit(REQUEST);
    expect(await waiting(admin)).toBe(0);
    admin.disconnect();
    await Promise.all(lost);
  });
});

const waiting = async (admin: Redis): Promise<number> => {
  const lines = await admin.keys(`${prefix}:*:waiting:*`);
  return (await Promise.all(lines.map((key) => admin.zcard(key)))).reduce((sum, count) => sum + count, 0);
};

describe('a wait', () => {
  it('that would be in vain is refused at once, with the time to come back', async () => {
    here.learn({ status: 429, headers: { 'retry-after': '90' } });
    const error = await errorOf(here.call('a', { maxWaitMs: 5_000 }).admit(REQUEST));
    expect([error.code, error.status, error.retryAfterMs]).toEqual(['rate_limited', 429, 90_000]);
    expect(error.message).toBe('the provider’s rate limit of connection c1 is used up: try again in 90 s');
  });

  it('that becomes vain meanwhile is refused then', async () => {
    here.learn(inOneSecond(0));
    await isWatching(there);
    const wait = errorOf(here.call('a', { maxWaitMs: 5_000 }).admit(REQUEST));
    there.learn({ status: 429, headers: { 'retry-after': '90' } });
    const error = await wait;
    expect(error.code).toBe('rate_limited');
    expect(error.retryAfterMs).toBeGreaterThan(80_000);
  });

  it('ends with its time limit', async () => {
    here.learn({ status: 429, headers: { 'retry-after': '1' } });
    const calls = Array.from({ length: 5 }, () => errorOf(here.call('a', { maxWaitMs: 1_300 }).admit(REQUEST)));
    const errors = await Promise.all(calls);
    expect(errors.filter((error) => error === undefined).length).toBeGreaterThan(0);
    expect(errors.filter((error) => error?.code === 'rate_limited').length).toBeGreaterThan(0);
  });

  it('is none where the caller wants none: the call goes or is refused', async () => {
    here.learn(inOneSecond(2));
    const tries = await Promise.all(Array.from({ length: 4 }, () => errorOf(here.call('a', { mode: 'fail' }).admit(REQUEST))));
    expect(tries.map((error) => error?.code)).toEqual([undefined, undefined, 'rate_limited', 'rate_limited']);
    expect(here.call('a', { mode: 'pass' }).admit(REQUEST)).toBeUndefined();
  });
});
