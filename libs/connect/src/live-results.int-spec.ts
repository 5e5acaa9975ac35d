import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { randomUUID } from 'node:crypto';
import { testRedis } from '#libs/testing';
import type { LiveMessage } from './connect.types.js';
import { type TestReplica, testReplica } from './test-connect.js';

let redis: Awaited<ReturnType<typeof testRedis>>;
let here: TestReplica;
let there: TestReplica;

beforeAll(async () => {
  redis = await testRedis();
});
afterAll(() => redis.close());
beforeEach(() => {
  here = testReplica(redis.url);
  there = testReplica(redis.url);
});
afterEach(() => {
  here.close();
  there.close();
});

const success: LiveMessage = { message_type: 'success', provider_config_key: 'crm', connection_id: 'one', is_pending: false };

/** A client whose socket a replica holds. */
async function client(replica: TestReplica, id = randomUUID()) {
  const heard: LiveMessage[] = [];
  await replica.results.subscribe(id, (message) => void heard.push(message));
  return { id, heard };
}

it('reaches the socket in the same process at once', async () => {
  const { id, heard } = await client(here);
  await here.results.publish(id, success);
  expect(heard).toEqual([success]);
});

it('reaches the replica that holds the socket, and no other client', async () => {
  const waiting = await client(there);
  const other = await client(there);
  await here.results.publish(waiting.id, success);
  await expect.poll(() => waiting.heard).toEqual([success]);
  expect(other.heard).toEqual([]);
});

it('is remembered for a socket that listens late', async () => {
  const id = randomUUID();
  await here.results.publish(id, success);
  expect((await client(there, id)).heard).toEqual([success]);
});

it('is delivered once, to one of those who wait for it', async () => {
  const id = randomUUID();
  const [first, second] = [await client(here, id), await client(there, id)];
  const third = testReplica(redis.url);
  await third.results.publish(id, success);
  await expect.poll(() => [...first.heard, ...second.heard]).toEqual([success]);
  expect((await client(third, id)).heard).toEqual([]);
  third.close();
});

it('is not delivered to a socket that has gone', async () => {
  const { id, heard } = await client(there);
  await there.results.unsubscribe(id);
  await here.results.publish(id, success);
  expect((await client(here, id)).heard).toEqual([success]);
  expect(heard).toEqual([]);
});

it('outlives a lost connection to Redis', async () => {
  const { id, heard } = await client(there);
  await there.cut();
  await here.results.publish(id, success);
  await expect.poll(() => heard).toEqual([success]);
});
