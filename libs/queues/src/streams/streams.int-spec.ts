import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestRedis, testRedis } from '#libs/testing';
import { JobStream } from './job-stream.js';
import { StreamWorker, type StreamWorkerOptions } from './stream-worker.js';

const KEY = 'test:stream:action';
const QUICK: StreamWorkerOptions = { concurrency: 3, lostAfterMs: 600, checkMs: 100 };

let server: TestRedis;
let redis: Redis;
let stream: JobStream;
let workers: StreamWorker[] = [];
let connections: Redis[] = [];
/** What workers were given, by what they were told to do with it. */
let given: { run: string[]; lost: string[] };
/** How a job runs. */
let work: (data: string) => Promise<void>;

beforeAll(async () => {
  server = await testRedis();
  redis = new Redis(server.url, { maxRetriesPerRequest: null });
  stream = new JobStream(redis, KEY);
});
afterAll(async () => {
  redis.disconnect();
  await server.close();
});
beforeEach(async () => {
  await redis.flushdb();
  given = { run: [], lost: [] };
  work = async () => undefined;
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.close()));
  for (const connection of connections) connection.disconnect();
  [workers, connections] = [[], []];
});

const connect = (connectionName?: string): Redis => {
  const connection = new Redis(server.url, { maxRetriesPerRequest: null, ...(connectionName ? { connectionName } : {}) });
  connections.push(connection);
  return connection;
};

function start(options: Partial<StreamWorkerOptions> = {}): StreamWorker {
  const jobs = {
    run: async (data: string) => {
      given.run.push(data);
      await work(data);
    },
    lost: async (data: string) => void given.lost.push(data),
  };
  const worker = new StreamWorker(stream, redis, jobs, { ...QUICK, ...options }, (id) => connect(`fairlead-${id}`));
  workers.push(worker);
  return worker;
}

const add = (...jobs: string[]) => Promise.all(jobs.map((job) => redis.xadd(KEY, '*', 'job', job)));
const gate = () => {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
};
/** A worker that is given jobs and never heard of again. */
async function vanish(most = 10): Promise<void> {
  await expect.poll(() => stream.take(connect(), 'vanished', most, 50)).not.toEqual([]);
}

describe('a job', () => {
  it('is run once, by one of several workers, and is gone when it has ended', async () => {
    start();
    start();
    const jobs = Array.from({ length: 200 }, (_, index) => `job ${index}`);
    await add(...jobs);
    await expect.poll(() => given.run.toSorted()).toEqual(jobs.toSorted());
    await expect.poll(() => redis.xlen(KEY)).toBe(0);
    expect(await stream.counts()).toEqual({ waiting: 0, active: 0 });
  });

  it('that was there before any worker is run', async () => {
    await add('early');
    start();
    await expect.poll(() => given.run).toEqual(['early']);
  });

  it('waits while its worker has no room, and counts as waiting', async () => {
    const { open, opened } = gate();
    work = () => opened;
    start({ concurrency: 2 });
    await add('a', 'b', 'c', 'd', 'e');
    await expect.poll(() => stream.counts()).toEqual({ waiting: 3, active: 2 });
    expect((await stream.all()).toSorted()).toEqual(['a', 'b', 'c', 'd', 'e']);
    open();
    await expect.poll(() => given.run).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('of a worker that fell silent is lost, once, and not run again', async () => {
    await add('a', 'b');
    await vanish();
    start();
    start();
    await expect.poll(() => given.lost.toSorted()).toEqual(['a', 'b']);
    await expect.poll(() => redis.xlen(KEY)).toBe(0);
    expect(given.run).toEqual([]);
    await expect
      .poll(() => redis.xinfo('CONSUMERS', KEY, 'workers').then((all) => JSON.stringify(all)))
      .not.toContain('vanished');
  });

  it('of a worker that is busy for long is left with it', async () => {
    const { open, opened } = gate();
    work = () => opened;
    const looks = 3 * (QUICK.lostAfterMs / QUICK.checkMs);
    start({ concurrency: 1 });
    await add('long');
    await expect.poll(() => given.run).toEqual(['long']);
    const other = start();
    const beat = async () => Number(await redis.hget(`${KEY}:beats`, other.id));
    await expect.poll(beat, { timeout: 10_000 }).toBeGreaterThan(looks);
    open();
    await expect.poll(() => redis.xlen(KEY)).toBe(0);
    expect(given).toEqual({ run: ['long'], lost: [] });
  });

  it('that was delivered on a connection that broke is run', async () => {
    const worker = start();
    await expect.poll(() => redis.exists(KEY)).toBe(1);
    await add('first');
    await expect.poll(() => given.run).toEqual(['first']);
    // As if the answer to the wait of this worker had been lost.
    const { open, opened } = gate();
    work = () => opened;
    await add('a', 'b', 'c');
    await expect.poll(() => given.run).toHaveLength(4);
    await add('missed');
    expect(await stream.take(connect(), worker.id, 1, 100)).toHaveLength(1);
    open();
    await expect.poll(() => given.run.at(-1)).toBe('missed');
    await expect.poll(() => redis.xlen(KEY)).toBe(0);
    expect(given.run).toHaveLength(5);
  });

  it('is taken again after Redis was emptied', async () => {
    start();
    await add('before');
    await expect.poll(() => given.run).toEqual(['before']);
    await redis.flushdb();
    await add('after');
    await expect.poll(() => given.run, { timeout: 10_000 }).toEqual(['before', 'after']);
  });
});

/** Whether Redis holds a wait of this worker. */
async function isBlocked({ id }: StreamWorker): Promise<boolean> {
  const clients = String(await redis.client('LIST')).split('\n');
  return clients.some((client) => client.includes(`name=fairlead-${id} `) && client.includes('flags=b'));
}

describe('a worker that closes', () => {
  it('takes nothing more, at once, and lets what runs end', async () => {
    const { open, opened } = gate();
    work = () => opened;
    const worker = start();
    await add('running');
    await expect.poll(() => given.run).toEqual(['running']);
    await expect.poll(() => isBlocked(worker)).toBe(true);
    const closed = worker.close();
    await expect.poll(() => isBlocked(worker)).toBe(false);
    await add('late');
    open();
    await closed;
    expect(given.run).toEqual(['running']);
    expect(await stream.all()).toEqual(['late']);
    expect(await redis.hexists(`${KEY}:beats`, worker.id)).toBe(0);
  });
});
