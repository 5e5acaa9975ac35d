import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase, type TestRedis, testRedis } from '#libs/testing';
import { type TestApi, testApi } from './test-api.js';

/** The wire contract of /integrations, /connections, /environment and /internal (spec/api.md §3.2, §3.4, §3.12). */
let database: TestDatabase;
let redis: TestRedis;
let api: TestApi;
/** A provider that takes every key but one. */
const provider = createServer((request, response) => {
  response.statusCode = request.headers.authorization === 'Bearer revoked' ? 401 : 204;
  response.end();
});

beforeAll(async () => {
  [database, redis] = await Promise.all([testDatabase(), testRedis()]);
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  const { port } = provider.address() as AddressInfo;
  api = await testApi(database.url, database.encryptionKey, redis.url, `http://127.0.0.1:${port}`);
  await api.call('POST', '/integrations', { provider: 'keyed', unique_key: 'keyed' });
});
afterAll(async () => {
  await api.close();
  await Promise.all([database.close(), redis.close()]);
  provider.close();
});

const errorOf = (code: string, ...paths: string[][]) => ({
  error: { code, errors: paths.map((path) => expect.objectContaining({ path })) },
});
const importBody = (connection_id: string, more: object = {}) => ({
  provider_config_key: 'keyed',
  connection_id,
  credentials: { type: 'API_KEY', apiKey: 'key' },
  ...more,
});
const add = (connectionId: string, more: object = {}) => api.call('POST', '/connections', importBody(connectionId, more));
const read = (id: string, query = '', as?: string) =>
  api.call('GET', `/connections/${id}?provider_config_key=keyed${query}`, undefined, as);

describe('/integrations', () => {
  it('answers 200 to creation, with the provider behind it', async () => {
    const made = await api.call('POST', '/integrations', { provider: 'keyed', unique_key: 'k 1', custom: { a: 'b' } });
    expect(made).toEqual({
      status: 200,
      body: {
        data: {
          unique_key: 'k 1',
          provider: 'keyed',
          display_name: 'Keyed',
          logo: 'https://fairlead.example/images/template-logos/keyed.svg',
          forward_webhooks: true,
          created_at: expect.stringMatching(/\.\d{3}Z$/),
          updated_at: expect.stringMatching(/\.\d{3}Z$/),
        },
      },
    });
    expect(await api.call('DELETE', '/integrations/k%201')).toEqual({ status: 200, body: { success: true } });
    expect(await api.call('DELETE', '/integrations/k%201')).toMatchObject({
      status: 404,
      body: { error: { code: 'not_found' } },
    });
  });

  it.each([
    ['POST', '/integrations', { provider: 'no-such', unique_key: 'x' }, errorOf('invalid_body', ['provider'])],
    ['POST', '/integrations', { provider: 'keyed', unique_key: 'keyed' }, errorOf('invalid_body', ['uniqueKey'])],
    ['POST', '/integrations', { provider: 'app', unique_key: 'x' }, errorOf('invalid_body', ['credentials'])],
    ['POST', '/integrations', { provider: 'keyed', unique_key: 'x', extra: 1 }, errorOf('invalid_body', [])],
    [
      'POST',
      '/integrations',
      { provider: 'app', unique_key: 'x', credentials: { type: 'JWT' } },
      errorOf('invalid_body', ['credentials', 'type']),
    ],
    ['POST', '/integrations?a=1', { provider: 'keyed', unique_key: 'x' }, errorOf('invalid_query_params', [])],
    ['GET', '/integrations?connect_session_token=x', undefined, errorOf('invalid_query_params', [])],
    ['GET', '/integrations/%23', undefined, errorOf('invalid_uri_params', ['uniqueKey'])],
    ['GET', '/integrations/keyed?include=all', undefined, errorOf('invalid_query_params', ['include'])],
  ])('%s %s with %j is refused', async (method, path, body, expected) => {
    expect(await api.call(method, path, body)).toEqual({ status: 400, body: expected });
  });

  it('includes credentials only for keys that may read them', async () => {
    const credentials = { type: 'OAUTH2', client_id: 'a', client_secret: 'b', scopes: 'x,y' };
    await api.call('POST', '/integrations', { provider: 'app', unique_key: 'app', credentials });
    const path = '/integrations/app?include=webhook&include=credentials';
    const shown = { credentials: { ...credentials, webhook_secret: null }, webhook_url: null };
    expect(await api.call('GET', path)).toMatchObject({ status: 200, body: { data: shown } });
    const reader = await api.newKey('environment:integrations:read');
    const { body } = await api.call('GET', path, undefined, reader);
    expect((body as { data: object }).data).not.toHaveProperty('credentials');
    const webhook = {
      data: { webhook_url: expect.stringMatching(/^https:\/\/fairlead\.example\/webhook\/[0-9a-f-]{36}\/keyed$/) },
    };
    expect((await api.call('GET', '/integrations/keyed?include=webhook')).body).toMatchObject(webhook);
  });

  it('merges a change, and has the first form of the call', async () => {
    await api.call('PATCH', '/integrations/keyed', { custom: { a: '1' } });
    await api.call('PATCH', '/integrations/keyed', { custom: { b: '2' }, display_name: 'Mine' });
    const first = await api.call('GET', '/config/keyed?include_creds=true');
    expect(first).toMatchObject({
      status: 200,
      body: { config: { unique_key: 'keyed', custom: { a: '1', b: '2' }, auth_mode: 'API_KEY' } },
    });
    const unknown = { error: { code: 'unknown_provider_config', payload: {} } };
    expect(await api.call('GET', '/config/no-such')).toMatchObject({ status: 400, body: unknown });
    const quickstart = await api.call('POST', '/integrations/quickstart', { provider: 'app', unique_key: 'q' });
    expect(quickstart).toMatchObject({ status: 400, body: { error: { code: 'invalid_body' } } });
  });
});

describe('/connections', () => {
  it('answers 201 to an import, in dates of its own, and gives it back in others', async () => {
    const made = await add('one', { metadata: { plan: 'pro' }, end_user: { id: 'u1' }, tags: { Team: 'Blue' } });
    expect(made).toMatchObject({
      status: 201,
      body: {
        connection_id: 'one',
        end_user: { id: 'u1', display_name: null, email: null, tags: null, organization: null },
        tags: { end_user_id: 'u1', team: 'Blue' },
        credentials: { type: 'API_KEY', apiKey: 'key' },
        created_at: expect.stringMatching(/\.\d{3}Z$/),
        last_fetched_at: null,
      },
    });
    const offset = expect.stringMatching(/\.\d{3}\+00:00$/);
    const got = await read('one', '&force_refresh=false&refresh_token=true');
    expect(got).toMatchObject({
      status: 200,
      body: { connection_id: 'one', metadata: { plan: 'pro' }, created_at: offset, updated_at: offset },
    });
    expect((await api.call('GET', '/connection/one?provider_config_key=keyed')).status).toBe(200);
    const list = await api.call('GET', '/connections?connectionId=one&tags[TEAM]=Blue');
    expect(list).toMatchObject({
      status: 200,
      body: { connections: [{ connection_id: 'one', created: expect.stringContaining('+00:00') }] },
    });
  });

  it('makes an id where none is given', async () => {
    const made = await api.call('POST', '/connections', { ...importBody('x'), connection_id: undefined });
    expect(made.body).toMatchObject({ connection_id: expect.stringMatching(/^[0-9a-f-]{14}4/) });
  });

  it('asks the provider before it keeps credentials', async () => {
    const refused = await add('revoked', { credentials: { type: 'API_KEY', apiKey: 'revoked' } });
    expect(refused).toMatchObject({ status: 400, body: { error: { code: 'connection_test_failed' } } });
  });

  it('hides credentials from keys that may not read them', async () => {
    await add('hidden');
    const reader = await api.newKey('environment:connections:read');
    expect((await read('hidden', '', reader)).body).toMatchObject({ credentials: {} });
    expect(await read('hidden', '&force_refresh=true', reader)).toMatchObject({
      status: 403,
      body: { error: { code: 'forbidden' } },
    });
    expect((await api.call('GET', '/connections', undefined, reader)).status).toBe(403);
  });

  it.each([
    ['GET', '/connections/one', undefined, 400, errorOf('invalid_query_params', ['provider_config_key'])],
    ['GET', '/connections/one?provider_config_key=no-such', undefined, 400, { error: { code: 'unknown_provider_config' } }],
    ['GET', '/connections/no-such?provider_config_key=keyed', undefined, 404, { error: { code: 'not_found' } }],
    ['GET', '/connections?limit=2001', undefined, 400, errorOf('invalid_query_params', ['limit'])],
    ['GET', '/connections?user=1', undefined, 400, errorOf('invalid_query_params', [])],
    ['POST', '/connections', importBody('x', { provider_config_key: 'no-such' }), 404, { error: { code: 'not_found' } }],
    [
      'POST',
      '/connections',
      importBody('x', { credentials: { type: 'JWT' } }),
      400,
      errorOf('invalid_body', ['credentials', 'type']),
    ],
    [
      'POST',
      '/connections',
      importBody('x', { credentials: { type: 'NONE' } }),
      400,
      errorOf('invalid_body', ['credentials', 'type']),
    ],
    ['POST', '/connections', importBody('x', { tags: { A: '1', a: '2' } }), 400, errorOf('invalid_body', ['tags'])],
    ['PATCH', '/connections/no-such?provider_config_key=keyed', {}, 404, { error: { code: 'not_found' } }],
    ['PATCH', '/connections/one?provider_config_key=no-such', {}, 400, { error: { code: 'unknown_provider_config' } }],
    ['PATCH', '/connections/one?provider_config_key=keyed', { metadata: {} }, 400, errorOf('invalid_body', [])],
    ['DELETE', '/connections/no-such?provider_config_key=keyed', undefined, 400, { error: { code: 'unknown_connection' } }],
    [
      'POST',
      '/connections/metadata',
      { connection_id: 'no-such', provider_config_key: 'keyed', metadata: {} },
      404,
      { error: { code: 'unknown_connection' } },
    ],
    [
      'POST',
      '/connection/no-such/metadata?provider_config_key=keyed',
      {},
      404,
      { error: { code: 'unknown_connection', payload: {} } },
    ],
    ['POST', '/connection', {}, 400, { error: { code: 'missing_provider_config', payload: {} } }],
    ['POST', '/connection', { provider_config_key: 'no-such' }, 400, { error: { code: 'unknown_provider_config', payload: {} } }],
    ['POST', '/connection', { provider_config_key: 'keyed' }, 400, { error: { code: 'missing_api_key', payload: {} } }],
  ])('%s %s with %j answers %i', async (method, path, body, status, expected) => {
    expect(await api.call(method, path, body)).toMatchObject({ status, body: expected });
  });

  it('are changed, and deleted once', async () => {
    await add('two');
    const patch = { tags: { a: 'b' }, webhook_url_override: 'https://example.com/hook' };
    expect(await api.call('PATCH', '/connections/two?provider_config_key=keyed', patch)).toEqual({
      status: 200,
      body: { success: true },
    });
    expect((await read('two')).body).toMatchObject(patch);
    const remove = () => api.call('DELETE', '/connection/two?provider_config_key=keyed');
    expect(await remove()).toEqual({ status: 200, body: { success: true } });
    expect(await remove()).toEqual({ status: 400, body: { error: { code: 'unknown_connection' } } });
  });

  it('keep metadata, echoed: 201 for a set, 200 for a merge', async () => {
    await add('three');
    const set = { connection_id: 'three', provider_config_key: 'keyed', metadata: { a: 1 } };
    expect(await api.call('POST', '/connection/metadata', set)).toEqual({ status: 201, body: set });
    const merge = { connection_id: ['three'], provider_config_key: 'keyed', metadata: { b: 2 } };
    expect(await api.call('PATCH', '/connections/metadata', merge)).toEqual({ status: 200, body: merge });
    expect(await api.call('PATCH', '/connection/three/metadata?provider_config_key=keyed', { c: 3 })).toEqual({
      status: 200,
      body: { c: 3 },
    });
    expect((await read('three')).body).toMatchObject({ metadata: { a: 1, b: 2, c: 3 } });
  });

  it('are imported in the first form too', async () => {
    const body = {
      provider_config_key: 'app',
      connection_id: 'old',
      access_token: 'a',
      refresh_token: 'r',
      no_expiration: true,
      more: 1,
    };
    expect(await api.call('POST', '/connection', body)).toEqual({ status: 201, body });
    const path = '/connections/old?provider_config_key=app';
    const credentials = { type: 'OAUTH2', access_token: 'a', raw: { access_token: 'a' } };
    expect((await api.call('GET', path)).body).toHaveProperty('credentials', credentials);
    expect((await api.call('GET', `${path}&refresh_token=1`)).body).toHaveProperty('credentials.refresh_token', 'r');
  });
});

describe('the operation log', () => {
  it('tells of every import, also of one that failed, and of no credential', async () => {
    await add('told', { credentials: { type: 'API_KEY', apiKey: 'nobody-may-read-this' } });
    await add('untold', { credentials: { type: 'API_KEY', apiKey: 'revoked' } });
    const operations = await api.operations();
    const told = operations.map(({ action, state, connection_name: name }) => [action, state, name]);
    expect(told).toContainEqual(['create_connection', 'success', 'told']);
    expect(told).toContainEqual(['create_connection', 'failed', 'untold']);
    expect(JSON.stringify(operations)).not.toContain('nobody-may-read-this');
  });
});

describe('the environment', () => {
  it('has variables, set as a whole', async () => {
    const variables = [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ];
    expect((await api.call('POST', '/api/v1/environments/variables', { variables })).status).toBe(200);
    expect(await api.call('GET', '/environment-variables')).toEqual({ status: 200, body: variables });
    await api.call('POST', '/api/v1/environments/variables', { variables: [{ name: 'B', value: '3' }] });
    expect((await api.call('GET', '/environment-variables')).body).toEqual([{ name: 'B', value: '3' }]);
    const twice = { variables: [variables[0], variables[0]] };
    expect((await api.call('POST', '/api/v1/environments/variables', twice)).body).toEqual(
      errorOf('invalid_body', ['variables']),
    );
  });

  it('has a webhook, a signing key that rotates, and siblings', async () => {
    const webhook = { primary_url: 'https://example.com/hook', on_sync_error: false };
    expect(await api.call('PATCH', '/api/v1/environments/webhook', webhook)).toEqual({ status: 200, body: { success: true } });
    expect((await api.call('PATCH', '/api/v1/environments/webhook', { primary_url: 'ftp://x' })).status).toBe(400);
    const rotate = async () => (await api.call('POST', '/environment/webhook-signing-key/rotate')).body;
    const first = await rotate();
    expect(first).toEqual({ data: { webhook_signing_key: expect.any(String) } });
    expect(await rotate()).not.toEqual(first);
    const siblings = {
      data: [
        { name: 'dev', is_production: false },
        { name: 'prod', is_production: true },
      ],
    };
    expect((await api.call('GET', '/api/v1/environments')).body).toEqual(siblings);
    const weak = await api.newKey('environment:proxy');
    expect((await api.call('PATCH', '/api/v1/environments/webhook', webhook, weak)).status).toBe(403);
  });
});

describe('/internal', () => {
  const lease = { providerConfigKey: 'keyed', connectionId: 'leased' };

  it('serves runs within their environment, by their token', async () => {
    await add('leased');
    const run = api.executionToken({ environmentId: api.environmentId, ...lease });
    const leased = await api.call('POST', '/internal/lease', lease, run);
    expect(leased).toMatchObject({
      status: 200,
      body: { connection: { credentials: { apiKey: 'key' } }, provider: { name: 'keyed' } },
    });
    expect((await api.call('POST', '/internal/metadata', { a: 1 }, run)).status).toBe(204);
    expect((await api.call('PATCH', '/internal/metadata', { b: 2 }, run)).status).toBe(204);
    expect((await read('leased')).body).toMatchObject({ metadata: { a: 1, b: 2 } });
    expect((await api.call('GET', '/internal/environment-variables', undefined, run)).status).toBe(200);
    const integration = await api.call('GET', '/internal/integration?include=webhook', undefined, run);
    expect(integration.body).toMatchObject({ unique_key: 'keyed', webhook_url: expect.any(String) });
    expect(integration.body).not.toHaveProperty('credentials');
  });

  it('is closed to API keys, forged tokens and other environments', async () => {
    const refused = { status: 401, body: { error: { code: 'invalid_execution_token' } } };
    expect(await api.call('POST', '/internal/lease', lease)).toMatchObject(refused);
    expect(await api.call('POST', '/internal/lease', lease, 'forged')).toMatchObject(refused);
    const stranger = api.executionToken({ environmentId: api.environmentId + 1, ...lease });
    expect(await api.call('POST', '/internal/lease', lease, stranger)).toMatchObject({
      status: 404,
      body: { error: { code: 'unknown_provider_config' } },
    });
  });
});
