import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, testRedis } from '#libs/testing';
import { type TestConnectApi, testConnectApi } from '../connect/test-connect-api.js';

/** Imports whose credentials only the provider can make, and those of the first import route (spec/api.md §3.4). */
let database: Awaited<ReturnType<typeof testDatabase>>;
let redis: Awaited<ReturnType<typeof testRedis>>;
let api: TestConnectApi;

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const private_key = privateKey.export({ format: 'pem', type: 'pkcs1' }).toString();
const app = { app_id: '7', app_link: 'https://github.com/apps/mine', private_key };
const client = { client_id: 'a', client_secret: 'b' };
const make = (provider: string, credentials?: object) =>
  api.call('POST', '/integrations', { body: { provider, unique_key: provider, ...(credentials ? { credentials } : {}) } });

beforeAll(async () => {
  [database, redis] = await Promise.all([testDatabase(), testRedis()]);
  api = await testConnectApi(database.url, database.encryptionKey, redis.url);
  await make('app', { type: 'APP', ...app });
  await make('app-oauth', { type: 'CUSTOM', ...client, ...app });
  for (const provider of ['tba', 'client']) await make(provider);
});
afterAll(async () => {
  await api.close();
  await Promise.all([database.close(), redis.close()]);
});

const read = async (key: string, id: string) => (await api.call('GET', `/connections/${id}?provider_config_key=${key}`)).body;

it.each([
  ['app', 'APP'],
  ['app-oauth', 'CUSTOM'],
])('makes a token of an installation of %s, and remembers the installation', async (key, type) => {
  const body = { provider_config_key: key, connection_id: 'one', credentials: { type, app_id: '7', installation_id: '42' } };
  expect(await api.call('POST', '/connections', { body })).toMatchObject({
    status: 201,
    body: {
      credentials: { type: 'APP', access_token: 'installation-42' },
      connection_config: { installation_id: '42', app_id: '7' },
    },
  });
});

it('says when the app is not installed there', async () => {
  const body = { provider_config_key: 'app', credentials: { type: 'APP', app_id: '7', installation_id: 'gone' } };
  expect(await api.call('POST', '/connections', { body })).toMatchObject({ status: 400, body: { error: { code: 'token_err' } } });
});

it.each([
  ['app', { app_id: '7', installation_id: '43' }, { type: 'APP', access_token: 'installation-43' }],
  ['tba', { token_id: 'a', token_secret: 'b', connection_config: { accountId: '1' } }, { type: 'TBA', token_id: 'a' }],
  [
    'client',
    { access_token: 'a', oauth_client_id_override: 'i', oauth_client_secret_override: 's' },
    { type: 'OAUTH2_CC', token: 'a', client_id: 'i' },
  ],
])('takes %s by the first route too', async (key, fields, credentials) => {
  const body = { provider_config_key: key, connection_id: 'legacy', ...fields };
  expect(await api.call('POST', '/connection', { body })).toMatchObject({ status: 201, body });
  expect(await read(key, 'legacy')).toMatchObject({ credentials });
});

it.each([
  ['app', { app_id: '7' }, 'missing_installation_id'],
  ['tba', { token_secret: 'b', connection_config: { accountId: '1' } }, 'invalid_body'],
  ['tba', { token_id: 'a', token_secret: 'b' }, 'invalid_body'],
])('refuses %s without all of %j', async (key, fields, code) => {
  const body = { provider_config_key: key, ...fields };
  expect(await api.call('POST', '/connection', { body })).toMatchObject({ status: 400, body: { error: { code } } });
});

it('refuses a private key that was cut in copying', async () => {
  const broken = { ...app, private_key: private_key.replace(/\n.{64}\n/, '\n') };
  const body = { provider: 'app', unique_key: 'broken', credentials: { type: 'APP', ...broken } };
  expect(await api.call('POST', '/integrations', { body })).toMatchObject({
    status: 400,
    body: { error: { code: 'invalid_body', errors: [expect.objectContaining({ path: ['credentials', 'private_key'] })] } },
  });
});
