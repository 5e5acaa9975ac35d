import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { type Link, openLink, type TestRedis, testRedis } from '#libs/testing';
import { connectRedis } from '../redis.module.js';
import { Invalidations } from './invalidations.js';

/** One process, as far as changes go. */
class Process {
  readonly heard: string[] = [];
  readonly #connections: Redis[] = [];
  readonly changes: Invalidations;

  constructor(url: string) {
    this.changes = new Invalidations((purpose, options) => {
      const redis = connectRedis(url, purpose, options);
      this.#connections.push(redis);
      return redis;
    });
    this.changes.subscribe((tag) => this.heard.push(tag));
    this.changes.open();
  }

  /** As of how many milliseconds ago it is proven that nothing was missed. */
  provenAgo(): number {
    const now = performance.now();
    return now - this.changes.provenSince(now - 1);
  }

  /** Until what is remembered is relied on. */
  trusts(): Promise<void> {
    return vi.waitFor(() => expect(this.provenAgo()).toBeLessThan(800), { timeout: 10_000, interval: 20 });
  }

  /** Until what is remembered ends within a second. */
  doubts(): Promise<void> {
    return vi.waitFor(() => expect(this.provenAgo()).toBeGreaterThan(900), { timeout: 10_000, interval: 20 });
  }

  hears(tag: string, times = 1): Promise<void> {
    const count = () => this.heard.filter((heard) => heard === tag).length;
    return vi.waitFor(() => expect(count()).toBe(times), { timeout: 5_000, interval: 5 });
  }

  async end(): Promise<void> {
    await this.changes.onApplicationShutdown();
    this.kill();
  }

  /** Without a word to anybody. */
  kill(): void {
    for (const redis of this.#connections) redis.disconnect();
  }
}

let store: TestRedis;
let link: Link;
let processes: Process[];
let redis: Redis;
beforeAll(async () => {
  store = await testRedis();
  redis = new Redis(store.url);
});
beforeEach(async () => {
  link = await openLink(store.url);
  processes = [];
});
afterEach(async () => {
  for (const process of processes) await process.end();
  await link.close();
});
afterAll(async () => {
  redis.disconnect();
  await store.close();
});

const start = (url = store.url): Process => {
  const process = new Process(url);
  processes.push(process);
  return process;
};

it('tells every process once, in one message what changes at the same moment', async () => {
  const [one, two] = [start(), start()];
  await Promise.all([one.trusts(), two.trusts()]);
  const messages: string[] = [];
  const listener = new Redis(store.url);
  listener.on('message', (_channel: string, text: string) => messages.push(text));
  await listener.subscribe(`fairlead:changes:${listener.options.db}`);
  for (let id = 1; id <= 300; id += 1) one.changes.publish('connection', id);
  expect(one.heard).toHaveLength(300);
  await two.hears('connection:300');
  listener.disconnect();
  expect([one.heard.length, two.heard.length, messages.length]).toEqual([300, 300, 1]);
});

it('is relied on once all who were there before a restart have had time to come back', async () => {
  const one = start();
  await one.doubts();
  await one.trusts();
  await redis.flushdb();
  await one.doubts();
  await one.trusts();
});

it('what was read before the listener came back is not vouched for', async () => {
  const one = start();
  await one.trusts();
  const before = performance.now();
  await vi.waitFor(() => expect(one.changes.provenSince(before)).toBeGreaterThan(before), { timeout: 5_000 });
  await redis.client('KILL', 'TYPE', 'pubsub');
  await vi.waitFor(() => expect(one.changes.provenSince(before)).toBe(0), { timeout: 5_000 });
  await one.trusts();
});

it('a process whose connection falls silent stops relying on it, tells nobody, and all others notice', async () => {
  const [one, two] = [start(), start(link.url)];
  await Promise.all([one.trusts(), two.trusts()]);
  link.silence();
  two.changes.publish('connection', 7);
  await Promise.all([one.doubts(), two.doubts()]);
  expect(one.heard).toEqual([]);
  link.restore();
  await one.hears('connection:7');
  await Promise.all([one.trusts(), two.trusts()]);
});

it('a message that nobody understands is about everything', async () => {
  const one = start();
  await one.trusts();
  await redis.publish(`fairlead:changes:${redis.options.db}`, 'what?');
  await one.hears('*');
});

it('a process that dies is missed, one that ends is not', async () => {
  const [one, two, three] = [start(), start(), start()];
  await one.trusts();
  await Promise.all([two.trusts(), three.trusts()]);
  await two.end();
  const proofs = Array.from({ length: 8 }, async (_, n) => {
    await new Promise((resolve) => setTimeout(resolve, n * 200));
    return one.provenAgo();
  });
  expect(Math.max(...(await Promise.all(proofs)))).toBeLessThan(900);
  three.kill();
  await one.doubts();
});
