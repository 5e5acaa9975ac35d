import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startUpstream, type Upstream } from '#libs/testing';
import { API_KEY, failureOf, outputOf, type RunOptions, startTestRunner, type TestRunner } from './test-runner.js';

/** Connection, metadata, integration and environment of a function; the server is a stand-in (spec/functions.md §2.2). */
let runner: TestRunner<Upstream>;
let asked: number;

beforeAll(async () => {
  runner = await startTestRunner(await startUpstream());
});
afterAll(() => runner.close());
beforeEach(() => {
  asked = 0;
  runner.world.on('POST', '/internal/lease', ({ json }) => {
    asked += 1;
    const { connectionId, providerConfigKey } = json as { connectionId: string; providerConfigKey: string };
    return {
      body: {
        ...leaseOf({ type: 'API_KEY', apiKey: `key ${asked}` }),
        connection: connectionOf(connectionId, providerConfigKey),
      },
    };
  });
});

const connectionOf = (id: string, key: string) => ({
  connection_id: id,
  provider_config_key: key,
  credentials: { type: 'API_KEY', apiKey: `key ${asked}` },
  connection_config: { host: 'eu' },
  metadata: { of: id },
  tags: {},
});
const leaseOf = (credentials: object) => ({
  connection: { connection_id: 'c1', provider_config_key: 'crm', credentials, connection_config: {}, metadata: { region: 'eu' } },
  provider: {},
  integration: { uniqueKey: 'crm', provider: 'crm', clientId: null, clientSecret: null, custom: {} },
});
const output = async (exec: string, options?: RunOptions) => outputOf(await runner.run(exec, options));

describe('getConnection', () => {
  it('shows the own connection as the API does', async () => {
    expect(await output('return nango.getConnection()')).toEqual({
      connection_id: 'c1',
      provider_config_key: 'crm',
      credentials: { type: 'API_KEY', apiKey: API_KEY },
      connection_config: {},
      metadata: { region: 'eu' },
    });
    expect(asked).toBe(0);
  });

  it('shows another one, and asks for it once', async () => {
    const exec = `const all = [await nango.getConnection('erp', 'c9'), await nango.getConnection('erp', 'c9')]; return all.map((c) => [c.connection_id, c.metadata, c.credentials.apiKey])`;
    expect(await output(exec)).toEqual([
      ['c9', { of: 'c9' }, 'key 1'],
      ['c9', { of: 'c9' }, 'key 1'],
    ]);
    expect(asked).toBe(1);
  });

  it('with forceRefresh gets new credentials', async () => {
    const exec = `await nango.getConnection(); return (await nango.getConnection(undefined, undefined, { forceRefresh: true })).credentials`;
    expect(await output(exec)).toEqual({ type: 'API_KEY', apiKey: 'key 1' });
    expect(runner.requestsTo('/internal/lease').at(-1)?.json).toMatchObject({ connectionId: 'c1', forceRefresh: true });
  });

  it.each([
    ['{ refreshToken: true }', 'false', 'true', 'false'],
    ['{ refreshGithubAppJwtToken: true, forceRefresh: true }', 'true', 'false', 'true'],
  ])('with %s asks for what only the API shows', async (options, force_refresh, refresh_token, refresh_github_app_jwt_token) => {
    runner.world.on('GET', '/internal/connections/c1', () => ({
      body: { connection_id: 'c1', credentials: { refresh_token: 'rt' } },
    }));
    const exec = `return (await nango.getConnection(undefined, undefined, ${options})).credentials.refresh_token`;
    expect(await output(exec)).toBe('rt');
    const { query } = runner.requestsTo('/internal/connections/c1').at(-1) as Upstream['requests'][number];
    expect(query).toEqual({ provider_config_key: 'crm', force_refresh, refresh_token, refresh_github_app_jwt_token });
  });

  it('is the own one where a part is null, and what is no name is refused by name', async () => {
    const exec = `const own = await nango.getConnection(null, null);
      return [own.connection_id, await nango.getConnection(5).catch((error) => error.message)]`;
    expect(outputOf(await runner.run(exec))).toEqual([
      'c1',
      'the question for a connection is not valid: providerConfigKey Invalid input: expected string, received number',
    ]);
  });

  it('of an unknown connection fails as the API does', async () => {
    const body = { error: { code: 'unknown_connection', message: 'no connection c9' } };
    runner.world.on('POST', '/internal/lease', () => ({ status: 400, body }));
    const exec = `try { await nango.getConnection('erp', 'c9') } catch (e) { return [e.isAxiosError, e.message, e.response.status, e.response.data] }`;
    expect(await output(exec)).toEqual([true, 'Request failed with status code 400', 400, body]);
    const error = failureOf(
      await runner.run(`await nango.get({ endpoint: '/x', providerConfigKey: 'erp', connectionId: 'c9' })`),
    );
    expect(error).toMatchObject({ code: 'script_http_error', upstream: { status: 400, body } });
  });
});

describe('getToken', () => {
  it.each([
    [{ type: 'OAUTH2', access_token: 'at', raw: {} }, 'at'],
    [
      { type: 'OAUTH1', oauth_token: 't', oauth_token_secret: 's' },
      { oAuthToken: 't', oAuthTokenSecret: 's' },
    ],
    [
      { type: 'BASIC', username: 'u', password: 'p' },
      { type: 'BASIC', username: 'u', password: 'p' },
    ],
  ])('of %j is %j', async (credentials, expected) => {
    expect(await output('return nango.getToken()', { lease: leaseOf(credentials) })).toEqual(expected);
  });
});

describe('metadata', () => {
  it('is that of the connection', async () => {
    expect(await output('return nango.getMetadata()')).toEqual({ region: 'eu' });
  });

  it.each([
    ['setMetadata', 'POST', 201, 'Created', 'post', { size: 3 }],
    ['updateMetadata', 'PATCH', 200, 'OK', 'patch', { region: 'eu', size: 3 }],
  ] as const)('%s answers as the API does, and shows at once', async (name, verb, status, statusText, method, expected) => {
    runner.world.on(verb, '/internal/metadata', () => ({ status: 204 }));
    const exec = `await nango.getMetadata(); const response = await nango.${name}({ size: 3 }); return [response, await nango.getMetadata()]`;
    expect(await output(exec)).toEqual([
      {
        data: { connection_id: 'c1', provider_config_key: 'crm', metadata: { size: 3 } },
        status,
        statusText,
        headers: { 'content-type': 'application/json; charset=utf-8' },
        config: { method, url: '/connections/metadata' },
        request: {},
      },
      expected,
    ]);
    expect(runner.requestsTo('/internal/metadata').at(-1)).toMatchObject({ method: verb, json: { size: 3 } });
  });

  it('has the field mapping', async () => {
    runner.world.on('PATCH', '/internal/metadata', () => ({ status: 204 }));
    const exec = `const before = await nango.getFieldMapping(); await nango.setFieldMapping({ a: 'b' }); return [before, await nango.getFieldMapping()]`;
    expect(await output(exec)).toEqual([{}, { a: 'b' }]);
  });

  it.each(['5', `'x'`, '[1]'])('cannot be %s', async (metadata) => {
    const exec = `try { await nango.setMetadata(${metadata}) } catch (error) { return error.message }`;
    expect(await output(exec)).toBe('metadata must be an object');
  });
});

describe('an integration', () => {
  it('is asked for with what is wanted of it, once in a while', async () => {
    runner.world.on('GET', '/internal/integration', () => ({
      body: { unique_key: 'crm', webhook_url: 'https://hooks.test/crm' },
    }));
    const before = runner.requestsTo('/internal/integration').length;
    const exec = `const plain = await nango.getIntegration(); await nango.getIntegration();
      const full = await nango.getIntegration({ include: ['webhook', 'credentials'] }); await nango.getIntegration({ include: ['credentials', 'webhook'] });
      return [plain.unique_key, full.unique_key, await nango.getWebhookURL(), await nango.getWebhookURL()]`;
    expect(await output(exec)).toEqual(['crm', 'crm', 'https://hooks.test/crm', 'https://hooks.test/crm']);
    const queries = runner.world.requests.filter(({ path }) => path === '/internal/integration').slice(before);
    expect(queries.map(({ query }) => query)).toEqual([{}, { include: 'credentials' }, { include: 'webhook' }]);
  });
});

it.each([
  [[{ name: 'A', value: '1' }], [{ name: 'A', value: '1' }]],
  [[], []],
  [null, null],
])('environment variables are %j', async (body, expected) => {
  runner.world.on('GET', '/internal/environment-variables', () => ({ body }));
  expect(await output('return [await nango.getEnvironmentVariables()]')).toEqual([expected]);
});

it('keeps nothing of one run for the next', async () => {
  const exec = `return (await nango.getConnection('erp', 'c9')).credentials.apiKey`;
  expect([await output(exec), await output(exec)]).toEqual(['key 1', 'key 2']);
});
