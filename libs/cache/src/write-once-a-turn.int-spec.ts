import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type TestRedis, testRedis } from '#libs/testing';
import { writeOnceATurn } from './write-once-a-turn.js';

let server: TestRedis;
let redis: Redis;
beforeEach(async () => {
  server = await testRedis();
  redis = writeOnceATurn(new Redis(server.url));
  await redis.ping();
});
afterEach(async () => {
  redis.disconnect();
  await server.close();
});

it('writes the commands of a turn at once, in their order', async () => {
  const [single, several] = [vi.spyOn(redis.stream, '_write'), vi.spyOn(redis.stream as never, '_writev')];
  const values = await Promise.all([
    redis.set('a', '1'),
    redis.incr('a'),
    redis.pipeline().incr('a').get('a').exec(),
    redis.get('a'),
  ]);
  expect(values).toEqual([
    'OK',
    2,
    [
      [null, 3],
      [null, '3'],
    ],
    '3',
  ]);
  expect([single, several].map((write) => write.mock.calls.length)).toEqual([0, 1]);
});

it('goes on after its connection was lost', async () => {
  const lost = new Promise((resolve) => redis.once('close', resolve));
  const asked = redis.incr('b');
  redis.stream.destroy();
  await lost;
  expect([await asked, await redis.incr('b')]).toEqual([1, 2]);
});
