import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase } from '#libs/testing';
import { ConnectUpkeep } from './connect-upkeep.js';
import { type TestStores, testStores } from './test-connect.js';

let database: Awaited<ReturnType<typeof testDatabase>>;
let stores: TestStores;
let upkeep: ConnectUpkeep;

beforeAll(async () => {
  database = await testDatabase();
  stores = await testStores(database.url, database.encryptionKey);
  upkeep = new ConnectUpkeep(stores.db);
});
afterAll(async () => {
  await stores.close();
  await database.close();
});

const now = new Date('2026-01-05T00:00:00Z');
const HOURS = [-2, -1, 1];
const left = async (table: string) => (await stores.db.query(`SELECT 1 FROM ${table}`)).length;

it.each([
  ['oauth_states', 'state_hash', (limit: number) => upkeep.removeExpiredStates(now, limit)],
  ['connect_sessions', 'token_hash', (limit: number) => upkeep.removeSessions(now, limit)],
])('forgets %s that ended, slice by slice, and no others', async (table, hash, remove) => {
  for (const hours of HOURS) {
    await stores.db.query(`INSERT INTO ${table} (${hash}, environment_id, sealed, expires_at) VALUES ($1, $2, '', $3)`, [
      Buffer.from(`${hours}`),
      stores.environmentId,
      new Date(now.getTime() + hours * 3_600_000),
    ]);
  }
  expect([await remove(1), await remove(5), await remove(5)]).toEqual([1, 1, 0]);
  expect(await left(table)).toBe(1);
});
