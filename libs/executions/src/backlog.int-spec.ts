import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { newId } from '#libs/kernel';
import { type TestRedis, testRedis } from '#libs/testing';
import { Admission } from './admission.js';
import { Backlog } from './backlog.js';

const every = (count: number) => ({ action: count, 'action-async': count, sync: count, 'on-event': count });
let server: TestRedis;
let redis: Redis;
let admission: Admission;
let backlog: Backlog;

beforeAll(async () => {
  server = await testRedis();
  redis = new Redis(server.url);
  admission = new Admission(redis, 'fairlead', { slots: every(3), environmentCaps: every(2), maxQueued: 100 });
  backlog = new Backlog(redis);
});
afterAll(async () => {
  redis.disconnect();
  await server.close();
});
beforeEach(() => redis.flushdb());

const offersOf = (environmentId: number, count: number, connection?: { connectionRowId: number }) =>
  Array.from({ length: count }, () => ({ id: newId(), environmentId, ...connection }));
const offer = (environmentId: number, count: number) => admission.offer('sync', offersOf(environmentId, count), 0);
const syncs = async (busiest = 10) => (await backlog.read(busiest)).find(({ kind }) => kind === 'sync');

it('tells of every kind, also where there is nothing', async () => {
  const kinds = await backlog.read(10);
  expect(kinds.map(({ kind }) => kind)).toEqual(['action', 'action-async', 'sync', 'on-event']);
  expect(kinds.every(({ waiting, running, oldestMs }) => waiting === 0 && running === 0 && oldestMs === 0)).toBe(true);
});

it('counts what waits and what runs, in all and by environment, the busiest first', async () => {
  await offer(1, 3);
  await offer(2, 6);
  expect(await syncs()).toMatchObject({
    waiting: 6,
    running: 3,
    environments: [
      { environmentId: 2, waiting: 5, running: 1 },
      { environmentId: 1, waiting: 1, running: 2 },
    ],
  });
  expect((await syncs(1))?.environments).toHaveLength(1);
});

it('tells how long the first in line has waited', async () => {
  await offer(1, 3);
  await expect.poll(async () => (await syncs())?.oldestMs).toBeGreaterThan(20);
  expect((await syncs())?.oldestMs).toBeLessThan(30_000);
});

it('forgets what has ended', async () => {
  const { admitted } = await offer(1, 2);
  for (const { id } of admitted) await admission.settle('sync', id);
  expect(await syncs()).toMatchObject({ waiting: 0, running: 0, oldestMs: 0, environments: [] });
});

it('counts what a connection’s limit holds back, and not what was ended before its turn', async () => {
  const limited = new Admission(redis, 'fairlead', {
    slots: every(3),
    environmentCaps: every(2),
    connectionCap: 1,
    maxQueued: 100,
  });
  const offers = [...offersOf(1, 4, { connectionRowId: 7 }), ...offersOf(1, 3, { connectionRowId: 8 })];
  await limited.offer('sync', offers, 0);
  expect((await syncs())?.environments).toMatchObject([{ waiting: 5, running: 2 }]);
  const waiting = offersOf(1, 2);
  await limited.offer('sync', waiting, 0);
  for (const { id } of waiting) await limited.settle('sync', id);
  expect(await syncs()).toMatchObject({ waiting: 5, environments: [{ waiting: 5, running: 2 }] });
});
