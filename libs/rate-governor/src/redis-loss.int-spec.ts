import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { metrics } from '@opentelemetry/api';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectRedis } from '#libs/cache';
import { freePort, launchRedis, type ManagedProcess, redisProgram, redisUrl } from '#libs/embedded';
import { sharedGovernor } from './shared-governor.js';
import { newPrefix, REQUEST, testReplica, type TestReplica } from './test-replica.js';

/** A Redis of this file alone, which is stopped, killed and emptied while calls wait for their turn. */
const PASSWORD = 'of-this-test';
let folder: string;
let port: number;
let server: ManagedProcess;
let here: TestReplica;
let prefix: string;

/** What is counted on the process's meter. */
const counts = new Map<string, number>();
const counter = (name: string) => ({ add: (more: number) => void counts.set(name, (counts.get(name) ?? 0) + more) });
const meter = { createCounter: counter, createHistogram: () => ({ record: () => undefined }) };
const degraded = () => counts.get('fairlead.rate_governor.degraded') ?? 0;

const start = async () => {
  const program = await redisProgram(process.env['PATH'] ?? '', (progress) => console.log(progress));
  return launchRedis({ program, folder, logFile: join(folder, 'redis.log'), password: PASSWORD, durable: false }, port);
};

beforeAll(async () => {
  metrics.setGlobalMeterProvider({ getMeter: () => meter as never });
  folder = await mkdtemp(join(tmpdir(), 'fairlead-governor-'));
  port = await freePort();
  server = await start();
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
  metrics.disable();
});
beforeEach(async () => {
  prefix = newPrefix();
  here = testReplica(redisUrl(PASSWORD, port), { prefix, answerMs: 300 });
  await here.listening;
});
afterEach(() => here.kill());

const admission = async (): Promise<void> => {
  await here.call('a').admit(REQUEST);
};
const refused = { status: 429, headers: { 'retry-after': '20' } };
const onRedis = async <Value>(work: (redis: Redis) => Promise<Value>): Promise<Value> => {
  const redis = connectRedis(redisUrl(PASSWORD, port), 'test');
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
};
/** Resolves once so many calls of one caller wait. */
const areWaiting = (count: number) =>
  onRedis((redis) =>
    vi.waitFor(async () => {
      const [line] = await redis.keys(`${prefix}:*:waiting:*`);
      expect(line === undefined ? 0 : await redis.zcard(line)).toBe(count);
    }),
  );

describe('calls that wait', () => {
  it('pass when Redis is killed; those after them too, until it is back', async () => {
    here.learn(refused);
    const before = degraded();
    const waits = Array.from({ length: 20 }, admission);
    await areWaiting(20);
    const startedAt = performance.now();
    process.kill(server.pid, 'SIGKILL');
    await Promise.all(waits);
    await server.exited;
    await Promise.all(Array.from({ length: 50 }, admission));
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(degraded() - before).toBe(70);

    server = await start();
    // The empty Redis knows nothing; what is learnt anew is kept again.
    await vi.waitFor(
      async () => {
        here.learn(refused);
        const gone = new AbortController();
        const wait = Promise.resolve(here.call('a', { signal: gone.signal }).admit(REQUEST));
        const first = await Promise.race([wait.then(() => 'went'), areWaiting(1).then(() => 'waits')]);
        gone.abort();
        await wait.catch(() => undefined);
        expect(first).toBe('waits');
      },
      { timeout: 10_000 },
    );
  });

  it('pass when Redis does not answer in time', async () => {
    here.learn(refused);
    const wait = here.call('a').admit(REQUEST);
    await areWaiting(1);
    const startedAt = performance.now();
    process.kill(server.pid, 'SIGSTOP');
    await wait;
    await here.call('a').admit(REQUEST);
    // A line asks at the third of its lease at the latest, and is then answered in time or not.
    expect(performance.now() - startedAt).toBeLessThan(10_000 / 3 + 1_000);
    process.kill(server.pid, 'SIGCONT');
  });

  it('pass when Redis has forgotten the limit', async () => {
    here.learn(refused);
    const waits = Array.from({ length: 5 }, admission);
    await areWaiting(5);
    await onRedis((redis) => redis.flushall());
    await Promise.all(waits);
    expect(here.call('a').admit(REQUEST)).toBeUndefined();
  });
});

describe('a governor that is off', () => {
  it('connects to nothing', () => {
    const connect = vi.fn<() => never>();
    const { governor } = sharedGovernor({ mode: 'off', maxWaitMs: 1, maxBlockMs: 1 }, connect);
    expect([governor.of({} as never), connect.mock.calls]).toEqual([undefined, []]);
  });
});
