import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Credentials } from '#libs/auth-modes';
import { testDatabase, testRedis } from '#libs/testing';
import { type TestConnectApi, testConnectApi } from '../connect/test-connect-api.js';

let database: Awaited<ReturnType<typeof testDatabase>>;
let redis: Awaited<ReturnType<typeof testRedis>>;
let api: TestConnectApi;
const given: Credentials[] = [];

beforeAll(async () => {
  [database, redis] = await Promise.all([testDatabase(), testRedis()]);
  api = await testConnectApi(database.url, database.encryptionKey, redis.url, {
    preDeletion: async (_subject, credentials) => {
      given.push(credentials);
      if (credentials['apiKey'] === 'sk_away') throw new Error('the provider is away');
    },
  });
  for (const provider of ['returned', 'keyed'])
    await api.call('POST', '/integrations', { body: { provider, unique_key: provider } });
});
afterAll(async () => {
  await api.close();
  await Promise.all([database.close(), redis.close()]);
});

const remove = async (key: string, apiKey: string) => {
  const body = { provider_config_key: key, connection_id: apiKey, credentials: { type: 'API_KEY', apiKey } };
  await api.call('POST', '/connections', { body });
  return api.call('DELETE', `/connections/${apiKey}?provider_config_key=${key}`);
};

it('gives back what the provider granted, where the catalogue says so', async () => {
  expect(await remove('returned', 'sk_1')).toMatchObject({ status: 200, body: { success: true } });
  expect(await remove('keyed', 'sk_2')).toMatchObject({ status: 200 });
  expect(given).toEqual([{ type: 'API_KEY', apiKey: 'sk_1' }]);
});

it('deletes though the provider is away, and names what does not exist', async () => {
  expect(await remove('returned', 'sk_away')).toMatchObject({ status: 200, body: { success: true } });
  const again = await api.call('DELETE', '/connections/sk_away?provider_config_key=returned');
  expect(again).toMatchObject({ status: 400, body: { error: { code: 'unknown_connection' } } });
});
