import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type TestDatabase, testDatabase, type TestRedis, testRedis } from '#libs/testing';
import { type TestProxy, testProxy } from './test-proxy.js';

/** Two servers on one Redis, in front of an API that means what it says about its limit. */
let database: TestDatabase;
let redis: TestRedis;
let servers: TestProxy[];

const LIMIT = 20;
/** Calls of each second. */
const seconds = new Map<number, number>();
let refused = 0;
const api = createServer((_request, response) => {
  const second = Math.floor(Date.now() / 1000);
  const count = (seconds.get(second) ?? 0) + 1;
  seconds.set(second, count);
  const headers = {
    'x-ratelimit-limit': LIMIT,
    'x-ratelimit-remaining': Math.max(0, LIMIT - count),
    'x-ratelimit-reset': second + 1,
  };
  if (count <= LIMIT) return void response.writeHead(200, headers).end('ok');
  refused += 1;
  return void response.writeHead(429, { ...headers, 'retry-after': '1' }).end('too many');
});

beforeAll(async () => {
  [database, redis] = await Promise.all([testDatabase(), testRedis()]);
  await new Promise<void>((resolve) => void api.listen(0, '127.0.0.1', resolve));
  const env = { FAIRLEAD_RATE_GOVERNOR: 'pass' };
  const start = () => testProxy(database.url, database.encryptionKey, redis.url, { env });
  servers = await Promise.all([start(), start()]);
  const base = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
  for (const name of ['shared', 'failing', 'passing', 'quiet'])
    await servers[0]!.connect(name, 'private-api-bearer', { type: 'API_KEY', apiKey: 'key' }, { base_url: base });
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await Promise.all([database.close(), redis.close()]);
  api.closeAllConnections();
  api.close();
});
/** When a window begins: what is called at once falls into it, unless the machine stands still for a second. */
async function aNewSecond(): Promise<void> {
  const second = Math.floor(Date.now() / 1000);
  await vi.waitFor(() => expect(Math.floor(Date.now() / 1000)).toBeGreaterThan(second), { timeout: 2_000, interval: 5 });
}

const call = (server: number, name: string, headers: Record<string, string> = {}) => {
  const { url, key } = servers[server % 2] as TestProxy;
  return fetch(`${url}/proxy/things`, {
    headers: { authorization: `Bearer ${key}`, 'provider-config-key': name, 'connection-id': name, ...headers },
  });
};
const statusesOf = async (count: number, name: string, headers?: Record<string, string>) => {
  const answers = await Promise.all(Array.from({ length: count }, (_, index) => call(index, name, headers)));
  return answers.map(({ status }) => status);
};

/** Makes calls on one server until the API refuses, and waits until the other has heard of it: all within one window. */
async function haveTrouble(name: string): Promise<void> {
  await vi.waitFor(
    async () => {
      await aNewSecond();
      expect(await Promise.all(Array.from({ length: LIMIT + 5 }, () => call(0, name).then(({ status }) => status)))).toContain(
        429,
      );
      await vi.waitFor(
        async () => expect((await call(1, name, { 'fairlead-rate-limit': 'fail' })).headers.get('retry-after')).not.toBeNull(),
        { timeout: 500, interval: 20 },
      );
    },
    { timeout: 15_000, interval: 1 },
  );
  refused = 0;
}

describe('calls of two servers', () => {
  it('that wait are never refused by the API, once it has told its limit', async () => {
    await haveTrouble('shared');
    const statuses = await statusesOf(5 * LIMIT, 'shared', { 'fairlead-rate-limit': 'wait' });
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    expect(refused).toBe(0);
  });

  it('that would rather fail are told when to come back, and the API hears nothing of them', async () => {
    await haveTrouble('failing');
    const before = [...seconds.values()].reduce((sum, count) => sum + count, 0);
    const answer = await call(0, 'failing', { 'fairlead-rate-limit': 'fail' });
    expect([answer.status, answer.headers.get('retry-after'), await answer.json()]).toEqual([
      429,
      '1',
      {
        error: {
          code: 'rate_limited',
          message: 'the provider’s rate limit of connection failing is used up: try again in 1 s',
          payload: { connection_id: 'failing', retry_after: 1 },
        },
      },
    ]);
    expect([...seconds.values()].reduce((sum, count) => sum + count, 0)).toBe(before);
  });

  it('whose time limit ends before the API answers again are refused at once', async () => {
    await haveTrouble('failing');
    const startedAt = performance.now();
    const answer = await call(1, 'failing', { 'fairlead-rate-limit': 'wait', 'fairlead-max-wait': '0.01' });
    expect([answer.status, performance.now() - startedAt < 500]).toEqual([429, true]);
  });

  it('that do not care go all the same', async () => {
    await haveTrouble('passing');
    expect(await statusesOf(4, 'passing')).toContain(429);
    expect(refused).toBeGreaterThan(0);
  });

  it('that choose what is no choice are told so', async () => {
    const answer = await call(0, 'quiet', { 'fairlead-rate-limit': 'maybe', 'fairlead-max-wait': 'long' });
    const { error } = (await answer.json()) as { error: { code: string; errors: { path: string[] }[] } };
    expect([error.code, ...error.errors.flatMap(({ path }) => path)]).toEqual([
      'invalid_headers',
      'fairlead-rate-limit',
      'fairlead-max-wait',
    ]);
  });
});

describe('Redis', () => {
  it('hears nothing of calls whose limit nobody has trouble with', async () => {
    await aNewSecond();
    const admin = new Redis(redis.url);
    const seen: string[] = [];
    const monitor = await admin.duplicate().monitor();
    monitor.on('monitor', (_time, args: string[]) => void seen.push(args.join(' ')));
    expect(await statusesOf(LIMIT - 6, 'quiet', { 'fairlead-rate-limit': 'wait' })).not.toContain(429);
    await admin.echo('the end');
    await vi.waitFor(() => expect(seen.at(-1)).toBe('echo the end'));
    expect(seen.filter((command) => command.includes('governor'))).toEqual([]);
    monitor.disconnect();
    admin.disconnect();
  });
});
