import { describe, expect, it, vi } from 'vitest';
import type { ConnectionLease } from '#libs/contracts';
import { AppError } from '#libs/kernel';
import type { Ask, Buckets, Report } from './buckets.js';
import { Gate } from './gate.js';
import type { Governed, GovernorOptions } from './governed.js';
import { GovernorMetrics } from './governor-metrics.js';
import { Governor } from './governor.js';
import { Watch } from './watch.js';

const REQUEST = { method: 'GET', origin: 'https://api.example.com', path: '/x', retry: undefined };
const LEASE: ConnectionLease = {
  connection: { connection_id: 'c1' },
  provider: {},
  integration: { uniqueKey: 'crm', provider: 'crm', clientId: null, clientSecret: null, custom: {} },
};

/** Buckets that remember what they are asked and told. */
class RecordingBuckets implements Buckets<string> {
  readonly asked: Ask<string>[] = [];
  readonly told: Report<string>[] = [];
  answer: () => Promise<string | undefined> = () => Promise.resolve('replica:1');

  admit(_bucket: string, ask: Ask<string>): Promise<string | undefined> {
    this.asked.push(ask);
    return this.answer();
  }

  report(_bucket: string, report: Report<string>): void {
    this.told.push(report);
  }
}

function setUp(options: Partial<GovernorOptions> = {}) {
  const buckets = new RecordingBuckets();
  const governor = new Governor(new Gate(new Watch(), buckets, new GovernorMetrics()), () => ({
    mode: 'wait',
    maxWaitMs: 1_000,
    maxBlockMs: 60_000,
    ...options,
  }));
  const call = (more: Partial<Governed<string>> = {}) =>
    governor.of({ environmentId: 1, lease: LEASE, caller: () => 'me', via: 'token', ...more })!;
  const answer = (status: number, headers: Record<string, string> = {}, of = call()) =>
    of.learn({ request: REQUEST as never, outcome: { status, headers }, durationMs: 3 });
  return { buckets, governor, call, answer };
}

const LOW = { 'x-ratelimit-remaining': '1', 'x-ratelimit-limit': '100', 'x-ratelimit-reset': '5' };

describe('a call', () => {
  it('goes without a promise or a question while nothing is watched', () => {
    const { call, answer, buckets } = setUp();
    answer(200, { 'x-ratelimit-remaining': '99', 'x-ratelimit-limit': '100' });
    answer(500);
    answer(404);
    expect(call().admit(REQUEST)).toBeUndefined();
    expect([buckets.asked, buckets.told]).toEqual([[], []]);
  });

  it('of another bucket than those watched goes likewise', () => {
    const { call, answer, buckets } = setUp();
    answer(200, LOW);
    const lease = { ...LEASE, connection: { connection_id: 'c2' } };
    expect(call({ lease }).admit(REQUEST)).toBeUndefined();
    answer(200, {}, call({ lease }));
    expect([buckets.asked.length, buckets.told.length]).toEqual([0, 1]);
  });

  it('on a watched bucket asks, as its mode says', async () => {
    const { call, answer, buckets } = setUp();
    answer(200, LOW);
    expect(call({ mode: 'pass' }).admit(REQUEST)).toBeUndefined();
    await call().admit(REQUEST);
    await call({ mode: 'fail' }).admit(REQUEST);
    await call({ maxWaitMs: 7 }).admit(REQUEST);
    expect(buckets.asked.map(({ maxWaitMs }) => maxWaitMs)).toEqual([1_000, 0, 7]);
    expect(buckets.asked[0]).toMatchObject({ caller: 'me', connection: 'c1', via: 'token' });
  });

  it('has one time to wait for all its attempts', async () => {
    vi.useFakeTimers();
    const { call, answer, buckets } = setUp();
    answer(200, LOW);
    const one = call();
    buckets.answer = () => new Promise((resolve) => void setTimeout(() => resolve('replica:1'), 400));
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const admission = one.admit(REQUEST);
      await vi.advanceTimersByTimeAsync(400);
      await admission;
    }
    vi.useRealTimers();
    expect(buckets.asked.map(({ maxWaitMs }) => Math.round(maxWaitMs))).toEqual([1_000, 600, 200]);
  });

  it('is refused unasked where the provider refuses for longer than it would wait', async () => {
    const { call, answer, buckets } = setUp();
    answer(429, { 'retry-after': '30' });
    const error = (await call()
      .admit(REQUEST)
      ?.catch((thrown: unknown) => thrown)) as AppError;
    expect([error.code, error.status, error.retryAfterMs]).toEqual(['rate_limited', 429, 30_000]);
    expect(buckets.asked).toEqual([]);
    await call({ maxWaitMs: 31_000 }).admit(REQUEST);
    expect(buckets.asked).toHaveLength(1);
  });

  it('gives back its place with its answer, whatever that is, and once', async () => {
    const { call, answer, buckets } = setUp();
    answer(200, LOW);
    const one = call();
    await one.admit(REQUEST);
    answer(200, {}, one);
    answer(200, {}, one);
    expect(buckets.told.slice(1)).toEqual([{ seen: undefined, ticket: 'replica:1', via: 'token' }]);
  });

  it('gives back its place when its caller goes away', async () => {
    const { call, answer, buckets } = setUp();
    answer(200, LOW);
    const gone = new AbortController();
    await call({ signal: gone.signal }).admit(REQUEST);
    gone.abort();
    expect(buckets.told.at(-1)).toEqual({ seen: undefined, ticket: 'replica:1', via: 'token' });
  });

  it('learns from a body that names a wait, up to the cap', async () => {
    const { call, buckets } = setUp();
    call().learnWait(REQUEST, 1e9);
    expect(buckets.told).toEqual([
      { seen: { learnt: { low: true, blockedForMs: 60_000 }, ageMs: 0 }, ticket: undefined, via: 'token' },
    ]);
  });
});

describe('a governor that is off', () => {
  it('has no part in calls', () => {
    const { governor } = setUp({ mode: 'off' });
    expect(governor.of({ environmentId: 1, lease: LEASE, caller: () => 'me', via: 'token' })).toBeUndefined();
  });
});

describe('a watch', () => {
  it('ends by itself', () => {
    vi.useFakeTimers();
    const { call, answer } = setUp();
    answer(429, { 'retry-after': '1' });
    vi.advanceTimersByTime(30_999);
    expect(call().admit(REQUEST)).toBeInstanceOf(Promise);
    vi.advanceTimersByTime(2);
    expect(call().admit(REQUEST)).toBeUndefined();
    vi.useRealTimers();
  });
});
