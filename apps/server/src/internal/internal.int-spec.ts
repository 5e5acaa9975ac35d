import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase, type TestRedis, testRedis } from '#libs/testing';
import { type Answer, type TestApi, testApi } from '../connections/test-api.js';

/** What runs see of their connection and integration (libs/contracts `internal.ts`). */
let database: TestDatabase;
let redis: TestRedis;
let api: TestApi;
let token: string;

beforeAll(async () => {
  [database, redis] = await Promise.all([testDatabase(), testRedis()]);
  api = await testApi(database.url, database.encryptionKey, redis.url, 'http://127.0.0.1:9');
  token = api.executionToken({ environmentId: api.environmentId, providerConfigKey: 'crm', connectionId: 'c1' });
  const credentials = { type: 'OAUTH2', client_id: 'id', client_secret: 'secret', scopes: 'read' };
  await api.call('POST', '/integrations', { provider: 'app', unique_key: 'crm', credentials });
  const tokens = { type: 'OAUTH2', access_token: 'at', refresh_token: 'rt', expires_at: '2099-01-01T00:00:00.000Z' };
  await api.call('POST', '/connections', { provider_config_key: 'crm', connection_id: 'c1', credentials: tokens });
});
afterAll(async () => {
  await api.close();
  await Promise.all([database.close(), redis.close()]);
});

const get = (path: string, as = token): Promise<Answer> => api.call('GET', path, undefined, as);

describe('a connection', () => {
  it.each(['', '&refresh_token=true'])('is shown to a run as the API shows it (%s)', async (more) => {
    const path = `/connections/c1?provider_config_key=crm${more}`;
    const { status, body } = await get(`/internal${path}`);
    const shown = await api.call('GET', path);
    const without = (connection: unknown) => ({ ...(connection as object), last_fetched_at: undefined });
    expect([status, without(body)]).toEqual([200, without(shown.body)]);
    expect('refresh_token' in (body as { credentials: object }).credentials).toBe(more !== '');
  });

  it('that is unknown is refused as the API refuses it', async () => {
    const path = '/connections/none?provider_config_key=crm';
    const answer = await get(`/internal${path}`);
    expect(answer.status).toBe(404);
    expect(answer).toEqual(await api.call('GET', path));
  });
});

describe('an integration', () => {
  const shown = async (query: string) => (await get(`/internal/integration${query}`)).body as Record<string, unknown>;

  it.each([
    ['', false, false],
    ['?include=webhook', true, false],
    ['?include=webhook&include=credentials', true, true],
  ])('with (%s) shows its webhook (%s) and its credentials (%s)', async (query, hasWebhook, hasCredentials) => {
    const body = await shown(query);
    expect(body).toMatchObject({ unique_key: 'crm', provider: 'app' });
    expect(['webhook_url' in body, 'credentials' in body]).toEqual([hasWebhook, hasCredentials]);
  });
});
