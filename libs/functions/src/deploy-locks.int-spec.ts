import { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { Database, postgresOptions } from '#libs/database';
import { testDatabase } from '#libs/testing';
import { DeployLocks } from './deploy-locks.service.js';

let close: () => Promise<void>;
let db: Database;
let locks: DeployLocks;
let environmentId: number;

beforeAll(async () => {
  const database = await testDatabase();
  const options = postgresOptions({ url: database.url, poolMax: 5, ssl: false, applicationName: 'test' });
  const source = await new DataSource(options).initialize();
  db = new Database(source);
  locks = new DeployLocks(db);
  close = async () => {
    await source.destroy();
    await database.close();
  };
  const [row] = await db.query<{ id: number }>('SELECT id FROM environments ORDER BY id LIMIT 1');
  environmentId = row?.id ?? 0;
});
beforeEach(() => vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => vi.useRealTimers());
afterAll(() => close?.());

const BUSY = { code: 'concurrent_deployment' };
const expiry = async () => (await db.query<{ at: Date }>('SELECT expires_at AS at FROM deploy_locks'))[0]?.at;
const expire = () => db.query(`UPDATE deploy_locks SET expires_at = now() - interval '1 second'`);
const second = () => locks.hold(environmentId, () => Promise.resolve('second'));

it('lets one deploy at a time into an environment, and the next one afterwards', async () => {
  await locks.hold(environmentId, () => expect(second()).rejects.toMatchObject(BUSY));
  expect(await second()).toBe('second');
  await expect(locks.hold(environmentId, () => Promise.reject(new Error('it fails')))).rejects.toThrow('it fails');
  expect(await expiry()).toBeUndefined();
});

it('goes on holding while the deploy takes', async () => {
  await locks.hold(environmentId, async () => {
    await expire();
    vi.advanceTimersByTime(10_000);
    await expect.poll(async () => (await expiry())?.getTime()).toBeGreaterThan(Date.now() + 20_000);
    await expect(second()).rejects.toMatchObject(BUSY);
  });
});

it('does not outlive a deploy whose process is gone by more than half a minute', async () => {
  await locks.hold(environmentId, async (lock) => {
    expect((await expiry())?.getTime()).toBeLessThanOrEqual(Date.now() + 31_000);
    await expire();
    expect(await second()).toBe('second');
    await expect(db.transaction((tx) => locks.confirm(tx, lock))).rejects.toMatchObject(BUSY);
  });
});

it('refuses a second deploy at once while the first one writes, however long ago it was renewed', async () => {
  await locks.hold(environmentId, (lock) =>
    db.transaction(async (tx) => {
      await expire();
      await locks.confirm(tx, lock);
      await expect(second()).rejects.toMatchObject(BUSY);
    }),
  );
  expect(await expiry()).toBeUndefined();
});
