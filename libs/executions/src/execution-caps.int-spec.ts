import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '#libs/kernel';
import { type TestDatabase, testDatabase, type TestRedis, testRedis } from '#libs/testing';
import type { OwnCaps } from './domain/caps.js';
import { ExecutionCaps } from './execution-caps.js';
import { Executions } from './executions.service.js';
import { Reconciler } from './reconciler.js';
import { type Engine, startEngine } from './test-executions.js';
import { WorkersRepository } from './workers.repository.js';

const NONE: OwnCaps = { maxRunning: null, maxQueued: null, weight: null, maxRunningPerConnection: null };
const worker = newId();
let database: TestDatabase;
let redis: TestRedis;
/** Two replicas. */
let here: Engine;
let there: Engine;

beforeAll(async () => {
  [database, redis] = await Promise.all([testDatabase(), testRedis()]);
});
afterAll(async () => {
  await Promise.all([database.close(), redis.close()]);
});
beforeEach(async () => {
  const stores = { databaseUrl: database.url, encryptionKey: database.encryptionKey, redisUrl: redis.url };
  [here, there] = await Promise.all([startEngine(stores), startEngine(stores)]);
  await here.redis.flushdb();
  await here.db.query('DELETE FROM executions');
  await here.db.query('DELETE FROM execution_caps');
  await here.get(WorkersRepository).beat(worker, 'jobs');
});
afterEach(() => Promise.all([here.close(), there.close()]));

const submit = (engine: Engine, connectionRowId = 3, environmentId = 1) =>
  engine.db.transaction((tx) =>
    engine.get(Executions).submit(tx, { kind: 'sync', environmentId, functionId: 2, connectionRowId, syncId: newId() }),
  );
const running = () => here.redis.zcard('fairlead:admission:sync:running');
const set = (own: Partial<OwnCaps>) => here.get(ExecutionCaps).replace(1, new Map([['sync', { ...NONE, ...own }]]));
async function submitSome(engine: Engine, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await submit(engine, index);
}

describe('caps of an environment', () => {
  it('hold for what any replica accepts, at once', async () => {
    await set({ maxRunning: 2, maxQueued: 1 });
    await submitSome(there, 3);
    expect(await running()).toBe(2);
    const refusal = { code: 'queue_full', status: 429, retryAfterMs: 5_000 };
    await expect(submit(there)).rejects.toMatchObject(refusal);
    await expect(submit(here)).rejects.toMatchObject(refusal);
  });

  it('let start what they have room for, and end with what was set', async () => {
    await set({ maxRunning: 1 });
    await submitSome(there, 4);
    expect(await running()).toBe(1);
    await set({ maxRunning: 3 });
    expect(await running()).toBe(3);
    await here.get(ExecutionCaps).replace(1, new Map());
    expect(await running()).toBe(4);
  });

  it('are of the environment and kind they were set for', async () => {
    await set({ maxRunning: 1 });
    await submit(there, 1, 2);
    await submit(there, 2, 2);
    expect(await running()).toBe(2);
    expect(await here.get(ExecutionCaps).report(1)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: 'sync', own: expect.objectContaining({ maxRunning: 1, weight: null }) }),
        {
          kind: 'action-async',
          own: NONE,
          inForce: { maxRunning: 1, maxQueued: 100, weight: 1, maxRunningPerConnection: 0 },
          load: { waiting: 0, running: 0 },
        },
      ]),
    );
  });

  it('come back with the queues when Redis was emptied', async () => {
    await here.get(Reconciler).reconcile();
    await set({ maxRunning: 2, maxRunningPerConnection: 1 });
    for (const connection of [7, 7, 7, 8, 9]) await submit(there, connection);
    const [first] = await here.redis.zrange('fairlead:admission:sync:running', 0, -1);
    await here.get(Executions).claim(first as string, worker);
    await here.redis.flushdb();
    await there.get(ExecutionCaps).publishChanged();
    await there.get(Reconciler).reconcile();
    const report = (await there.get(ExecutionCaps).report(1)).find(({ kind }) => kind === 'sync');
    expect(report?.load).toEqual({ waiting: 3, running: 2 });
    const claimed = (await here.redis.hmget('fairlead:admission:sync:env', first as string))[0];
    expect(claimed).toBe('1/7');
    await here.get(Executions).settle(here.db, first as string, { state: 'succeeded' });
    const marks = await here.redis.hvals('fairlead:admission:sync:env');
    expect(marks.toSorted()).toEqual(['1/7', '1/7/', '1/8', '1/9']);
  });

  it('reach admission although the process died that set them, and an older reading is put right', async () => {
    await here.db.query(`INSERT INTO execution_caps (environment_id, kind, max_running) VALUES (1, 'sync', 1)`);
    await there.get(ExecutionCaps).publishChanged();
    await submitSome(there, 2);
    expect(await running()).toBe(1);
    await here.redis.hset('fairlead:admission:sync:limits', '1', '5 - - -');
    await here.redis.set('fairlead:admission:sync:limits:version', 'older');
    await there.get(ExecutionCaps).publishChanged();
    expect(await here.redis.hget('fairlead:admission:sync:limits', '1')).toBe('1 - - -');
  });

  it('are stored while Redis is away', async () => {
    here.redis.disconnect();
    await set({ maxRunning: 1 });
    await there.get(ExecutionCaps).publishChanged();
    await submitSome(there, 2);
    expect(await there.redis.zcard('fairlead:admission:sync:running')).toBe(1);
  });
});
