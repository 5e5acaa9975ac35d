import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHmac } from 'node:crypto';
import { testDatabase, testRedis } from '#libs/testing';
import { type TestConnectApi, testConnectApi } from '../connect/test-connect-api.js';

/** The wire contract of the routes that connect accounts without a window (spec/api.md §3.18). */
let database: Awaited<ReturnType<typeof testDatabase>>;
let redis: Awaited<ReturnType<typeof testRedis>>;
let api: TestConnectApi;
let token: string;

const CREDENTIALS: Record<string, object> = {
  oauth: { type: 'OAUTH2', client_id: 'a', client_secret: 'b' },
  installed: { type: 'OAUTH2', client_id: 'a', client_secret: 'b' },
};

beforeAll(async () => {
  [database, redis] = await Promise.all([testDatabase(), testRedis()]);
  api = await testConnectApi(database.url, database.encryptionKey, redis.url);
  for (const provider of [
    'keyed',
    'basic',
    'open',
    'tba',
    'jwt',
    'steps',
    'bill',
    'signed',
    'aws',
    'client',
    'oauth',
    'installed',
  ]) {
    const credentials = CREDENTIALS[provider];
    const settings = provider === 'steps' ? { integration_config: { realm: 'preset' } } : {};
    await api.call('POST', '/integrations', { body: { provider, unique_key: provider, credentials, ...settings } });
  }
  await api.call('PATCH', '/api/v1/environments/webhook', { body: { primary_url: 'https://hooks.example/in' } });
  token = await api.session({ end_user: { id: 'u', email: 'u@example.com' }, tags: { plan: 'pro' } });
});
afterAll(async () => {
  await api.close();
  await Promise.all([database.close(), redis.close()]);
});

const post = (path: string, body: unknown, query: Record<string, string> = {}, session: string | undefined = token) => {
  const search = new URLSearchParams({ ...(session ? { connect_session_token: session } : {}), ...query });
  return api.call('POST', `${path}?${search.toString()}`, { body, as: null });
};
const error = (code: string, more: object = {}) => ({ error: expect.objectContaining({ code, ...more }) });
const idOf = ({ body }: { body: unknown }) => (body as { connectionId: string }).connectionId;
const read = async (key: string, id: string) => {
  const { body } = await api.call('GET', `/connections/${id}?provider_config_key=${key}`);
  return body as {
    credentials: Record<string, unknown>;
    connection_config: Record<string, unknown>;
    tags: object;
    end_user: object;
  };
};
const lastWebhook = async () => (await api.webhooks()).at(-1);

describe('every way to connect', () => {
  it.each([
    ['api-auth/api-key/keyed', { apiKey: 'sk_1' }, { type: 'API_KEY', apiKey: 'sk_1' }],
    ['api-auth/basic/basic', { username: 'a', password: '' }, { type: 'BASIC', username: 'a', password: '' }],
    ['auth/tba/tba', { token_id: 'a', token_secret: 'b' }, { type: 'TBA', token_id: 'a', token_secret: 'b' }],
    ['auth/jwt/jwt', { type: 'JWT', key: { id: 1 } }, { type: 'JWT', key: { id: 1 } }],
    ['auth/two-step/steps', { type: 'TWO_STEP', name: 'n', assertionOption: {} }, { type: 'TWO_STEP', name: 'n' }],
    ['auth/bill/bill', { username: 'a', password: 'b', organization_id: 'c', dev_key: 'd' }, { type: 'BILL', dev_key: 'd' }],
    ['auth/signature/signed', { username: 'a', password: 'b', type: 'SIGNATURE' }, { type: 'SIGNATURE', username: 'a' }],
    [
      'auth/aws-sigv4/aws',
      { role_arn: 'arn', region: 'eu-central-1' },
      { type: 'AWS_SIGV4', role_arn: 'arn', region: 'eu-central-1' },
    ],
    ['oauth2/auth/client', { client_id: 'a', client_secret: 'b', extra: 'c' }, { type: 'OAUTH2_CC', client_id: 'a', extra: 'c' }],
  ])('POST /%s answers 200 with the two ids and nothing else', async (path, body, credentials) => {
    const answer = await post(`/${path}`, body);
    const providerConfigKey = path.split('/').at(-1) as string;
    expect(answer).toMatchObject({ status: 200, body: { connectionId: expect.any(String), providerConfigKey } });
    expect(Object.keys(answer.body as object).toSorted()).toEqual(['connectionId', 'providerConfigKey']);
    expect((await read(providerConfigKey, idOf(answer))).credentials).toMatchObject(credentials);
  });

  it('needs no body where there is nothing to type, JSON content type or not', async () => {
    for (const body of ['', undefined]) {
      const answer = await post('/auth/unauthenticated/open', body);
      expect(answer).toMatchObject({ status: 200, body: { providerConfigKey: 'open' } });
      expect((await read('open', idOf(answer))).credentials).toEqual({});
    }
  });

  it('keeps whom the connection is for, and tells the customer', async () => {
    const made = await post('/api-auth/api-key/keyed', { apiKey: 'sk_1' });
    const connection = await read('keyed', idOf(made));
    expect(connection.end_user).toMatchObject({ id: 'u', email: 'u@example.com' });
    expect(connection.tags).toEqual({ plan: 'pro', end_user_id: 'u', end_user_email: 'u@example.com' });
    expect(await lastWebhook()).toEqual({
      url: 'https://hooks.example/in',
      body: {
        from: 'nango',
        type: 'auth',
        operation: 'creation',
        success: true,
        connectionId: idOf(made),
        providerConfigKey: 'keyed',
        provider: 'keyed',
        authMode: 'API_KEY',
        environment: 'dev',
        tags: connection.tags,
        endUser: { endUserId: 'u', endUserEmail: 'u@example.com', tags: {} },
      },
    });
    expect((await api.operations()).at(-1)).toMatchObject({
      action: 'create_connection',
      state: 'success',
      integration_name: 'keyed',
    });
  });

  it('makes a pending connection that an installation completes, and tells nobody of it yet', async () => {
    const told = (await api.webhooks()).length;
    const answer = await post('/auth/oauth-outbound/installed', '');
    expect(answer).toMatchObject({ status: 200, body: { providerConfigKey: 'installed', isPending: true } });
    const { connection_config: config } = await read('installed', idOf(answer));
    expect(config).toMatchObject({ pending: true, pendingLog: expect.any(String) });
    expect(await api.webhooks()).toHaveLength(told);
    const credentials = { type: 'OAUTH2', access_token: 'from-webhook' };
    const completed = { provider_config_key: 'installed', connection_id: idOf(answer), credentials };
    expect((await api.call('POST', '/connections', { body: completed })).status).toBe(201);
    expect((await lastWebhook())?.body).toMatchObject({ operation: 'creation', success: true, connectionId: idOf(answer) });
    expect(await post('/auth/oauth-outbound/oauth', '')).toMatchObject({ status: 400, body: error('invalid_auth_mode') });
  });
});

describe('a refusal', () => {
  it.each([
    ['/api-auth/api-key/nope', { apiKey: 'sk_1' }, 404, 'unknown_provider_config', {}],
    ['/oauth2/auth/nope', { client_id: 'a', client_secret: 'b' }, 400, 'unknown_provider_config', { payload: {} }],
    ['/api-auth/api-key/basic', { apiKey: 'sk_1' }, 400, 'invalid_auth_mode', {}],
    ['/oauth2/auth/keyed', { client_id: 'a', client_secret: 'b' }, 400, 'invalid_auth_mode', { payload: {} }],
    ['/oauth2/auth/client', { client_secret: 'b' }, 400, 'missing_client_id', { payload: {} }],
    ['/oauth2/auth/client', { client_id: 'b' }, 400, 'missing_client_secret', { payload: {} }],
    [
      '/api-auth/api-key/keyed',
      { apiKey: 'sk_1', more: 1 },
      400,
      'invalid_body',
      { errors: [expect.objectContaining({ path: [] })] },
    ],
    ['/api-auth/api-key/keyed', undefined, 400, 'invalid_body', {}],
    [
      '/api-auth/basic/basic',
      { username: 'a' },
      400,
      'invalid_body',
      { errors: [expect.objectContaining({ path: ['password'] })] },
    ],
    ['/api-auth/api-key/%23', { apiKey: 'sk_1' }, 400, 'invalid_uri_params', {}],
    ['/api-auth/api-key/keyed', { apiKey: 'sk_refused' }, 400, 'connection_test_failed', {}],
    ['/auth/tba/tba', { token_id: 'refused', token_secret: 'b' }, 400, 'invalid_credentials', {}],
    ['/auth/jwt/jwt', { key: 'bad' }, 400, 'invalid_credentials', { payload: {} }],
    ['/auth/bill/bill', { username: 'bad', password: 'b', organization_id: 'c', dev_key: 'd' }, 400, 'invalid_credentials', {}],
    ['/auth/aws-sigv4/aws', { role_arn: 'arn' }, 400, 'missing_aws_sigv4_region', { payload: {} }],
    ['/auth/signature/signed', { username: 'a', password: 'b' }, 400, 'invalid_body', {}],
  ])('of POST %s with %j is a %i %s', async (path, body, status, code, more) => {
    expect(await post(path, body)).toMatchObject({ status, body: error(code, more) });
  });

  it('names the field that the catalogue finds wrong, in words too', async () => {
    const wrong = await post(
      '/api-auth/api-key/keyed',
      { apiKey: 'pk_1' },
      { 'params[subdomain]': 'A!', 'params[region]': 'xx' },
    );
    const paths = [['apiKey'], ['connection_config', 'subdomain'], ['connection_config', 'region']];
    expect(wrong).toMatchObject({
      status: 400,
      body: error('invalid_body', {
        message: expect.stringContaining('subdomain must match'),
        errors: paths.map((path) => expect.objectContaining({ path })),
      }),
    });
    const missing = await post('/auth/two-step/steps', { type: 'TWO_STEP' });
    expect(missing).toMatchObject({ body: error('invalid_body', { errors: [expect.objectContaining({ path: ['name'] })] }) });
  });

  it.each([
    [{}, 'missing_public_key'],
    [{ public_key: 'x' }, 'invalid_public_key'],
    [{ public_key: '4c46840b-6ef0-4d1c-8b52-f9ed1a9ac0b2' }, 'unknown_account'],
    [{ connect_session_token: 'x' }, 'invalid_connect_session_token_format'],
    [{ connect_session_token: `nango_connect_session_${'0'.repeat(64)}` }, 'unknown_connect_session_token'],
  ])('of the caller %j is a 401 %s', async (query, code) => {
    expect(await post('/auth/unauthenticated/open', '', query, '')).toMatchObject({
      status: 401,
      body: error(code, { payload: {} }),
    });
  });

  it('of a form is told the customer once the provider was asked, and is in the log', async () => {
    const told = (await api.webhooks()).length;
    await post('/api-auth/api-key/keyed', { apiKey: 'pk_1' });
    expect(await api.webhooks()).toHaveLength(told);
    await post('/api-auth/api-key/keyed', { apiKey: 'sk_refused' });
    expect((await lastWebhook())?.body).toMatchObject({
      operation: 'creation',
      success: false,
      providerConfigKey: 'keyed',
      error: { type: 'connection_test_failed', description: expect.any(String) },
      endUser: { endUserId: 'u' },
    });
    expect((await api.operations()).at(-1)).toMatchObject({ action: 'create_connection', state: 'failed' });
  });

  it('meets integrations a session does not allow, and ids it may not choose', async () => {
    const narrow = await api.session({ allowed_integrations: ['open'] });
    const refused = await post('/api-auth/api-key/keyed', { apiKey: 'sk_1' }, {}, narrow);
    expect(refused).toMatchObject({ status: 400, body: { error: { code: 'integration_not_allowed' } } });
    expect(await post('/auth/unauthenticated/open', '', { connection_id: 'mine' })).toMatchObject({
      status: 400,
      body: error('invalid_query_params', { errors: [expect.objectContaining({ path: ['connection_id'] })] }),
    });
  });
});

it('serves more who connect at once than the database has connections for', async () => {
  const made = await Promise.all(Array.from({ length: 40 }, () => post('/api-auth/api-key/keyed', { apiKey: 'sk_1' })));
  expect(new Set(made.map(({ status }) => status))).toEqual(new Set([200]));
});

it('keeps no heaps of what nobody asked for', async () => {
  const heap = 'x'.repeat(70_000);
  for (const [path, body] of [
    ['/auth/jwt/jwt', { key: 'k', heap }],
    ['/auth/two-step/steps', { name: 'n', realm: 'r', heap }],
    ['/oauth2/auth/client', { client_id: 'c', client_secret: 's', heap }],
  ] as const) {
    expect(await post(path, body)).toMatchObject({ status: 400, body: { error: { code: 'invalid_body' } } });
  }
});

describe('what the query may add', () => {
  it('goes to the configuration, below what the developer has set, and the rest is ignored', async () => {
    const defaults = { keyed: { connection_config: { region: 'eu' } } };
    const session = await api.session({ integrations_config_defaults: defaults });
    const query = {
      'params[subdomain]': 'abc',
      'params[region]': 'us',
      'params[webhook_url]': 'https://x',
      'params[siteId]': 'somebody-elses',
      'authorization_params[a]': 'b',
      what: 'ever',
    };
    const made = await post('/api-auth/api-key/keyed', { apiKey: 'sk_1' }, query, session);
    expect((await read('keyed', idOf(made))).connection_config).toEqual({ subdomain: 'abc', region: 'eu' });
    const bare = await post('/api-auth/api-key/keyed', { apiKey: 'sk_1' });
    expect((await read('keyed', idOf(bare))).connection_config).toEqual({ subdomain: 'www' });
  });

  it('keeps what the provider tells after the connection was made, secrets sealed, and lives without', async () => {
    const made = await post('/api-auth/api-key/keyed', { apiKey: 'sk_1' }, { 'params[subdomain]': 'curious' });
    const { connection_config: config } = await read('keyed', idOf(made));
    expect(config).toMatchObject({ subdomain: 'curious', siteId: '42', siteToken: 'very-secret' });
    const [row] = await api.db.query<{ config: string }>(
      'SELECT connection_config::text AS config FROM connections WHERE connection_id = $1',
      [idOf(made)],
    );
    expect(row?.config).not.toContain('very-secret');
    expect((await post('/api-auth/api-key/keyed', { apiKey: 'sk_1' }, { 'params[subdomain]': 'broken' })).status).toBe(200);
  });
});

describe('a session to reconnect', () => {
  const renew = async (connectionId: string) => {
    const body = { connection_id: connectionId, integration_id: 'keyed' };
    const made = await api.call('POST', '/connect/sessions/reconnect', { body });
    return (made.body as { data: { token: string } }).data.token;
  };

  it('renews the credentials of its connection and keeps everything else', async () => {
    const id = idOf(await post('/api-auth/api-key/keyed', { apiKey: 'sk_old' }, { 'params[subdomain]': 'kept' }));
    await api.call('POST', '/connections/metadata', {
      body: { connection_id: id, provider_config_key: 'keyed', metadata: { a: 1 } },
    });
    const answer = await post('/api-auth/api-key/keyed', { apiKey: 'sk_new' }, {}, await renew(id));
    expect(answer).toMatchObject({ status: 200, body: { connectionId: id } });
    expect(await read('keyed', id)).toMatchObject({
      credentials: { apiKey: 'sk_new' },
      connection_config: { subdomain: 'kept' },
      metadata: { a: 1 },
      end_user: { id: 'u' },
    });
    expect((await lastWebhook())?.body).toMatchObject({ operation: 'override', success: true, connectionId: id });
    const failed = await post('/api-auth/api-key/keyed', { apiKey: 'sk_refused' }, {}, await renew(id));
    expect(failed).toMatchObject({ status: 400, body: error('connection_test_failed') });
    expect((await lastWebhook())?.body).toMatchObject({ operation: 'override', success: false, connectionId: id });
  });

  it('is refused once its connection is gone', async () => {
    const id = idOf(await post('/api-auth/api-key/keyed', { apiKey: 'sk_1' }));
    const session = await renew(id);
    await api.call('DELETE', `/connections/${id}?provider_config_key=keyed`);
    const answer = await post('/api-auth/api-key/keyed', { apiKey: 'sk_2' }, {}, session);
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_connection' } } });
  });
});

describe('a page with the public key', () => {
  const hmac = (text: string) => createHmac('sha256', 'hmac-secret').update(text).digest('hex');
  const byKey = (query: Record<string, string> = {}) =>
    post('/auth/unauthenticated/open', '', { public_key: api.publicKey, ...query }, '');

  it('chooses its connection id', async () => {
    expect(await byKey({ connection_id: 'mine' })).toMatchObject({ status: 200, body: { connectionId: 'mine' } });
    expect((await read('open', 'mine')).end_user).toBeNull();
  });

  it('proves that the developer’s server sent it, where the environment asks for that', async () => {
    const settings = (body: object) => api.call('PATCH', '/api/v1/environments/connect', { body });
    expect(await settings({ hmac_enabled: true })).toMatchObject({
      status: 400,
      body: error('invalid_body', { errors: [expect.objectContaining({ path: ['hmac_key'] })] }),
    });
    expect((await settings({ hmac_enabled: true, hmac_key: 'hmac-secret' })).status).toBe(200);
    expect(await byKey({ connection_id: 'a' })).toMatchObject({ status: 400, body: error('missing_hmac', { payload: {} }) });
    expect(await byKey({ connection_id: 'a', hmac: hmac('open:b') })).toMatchObject({
      status: 400,
      body: error('invalid_hmac', { payload: {} }),
    });
    expect((await byKey({ connection_id: 'a', hmac: hmac('open:a') })).status).toBe(200);
    expect((await byKey({ hmac: hmac('open') })).status).toBe(200);
    expect((await post('/auth/unauthenticated/open', '')).status).toBe(200);
    const [row] = await api.db.query<{ hmac_key: Buffer }>(`SELECT hmac_key FROM environments WHERE name = 'dev'`);
    expect(row?.hmac_key.includes('hmac-secret')).toBe(false);
    expect((await settings({ hmac_enabled: false, hmac_key: '' })).status).toBe(200);
  });

  it('is refused to accounts of the time after it', async () => {
    const later = await testConnectApi(database.url, database.encryptionKey, redis.url, {
      publicKeysUntil: new Date('2020-01-01'),
    });
    const answer = await later.call('POST', `/auth/unauthenticated/open?public_key=${api.publicKey}`, { body: '', as: null });
    expect(answer).toMatchObject({
      status: 401,
      body: { error: { code: 'deprecated_authentication', message: expect.any(String) } },
    });
    expect(answer.body).not.toMatchObject({ error: { payload: {} } });
    await later.close();
  });
});

describe('an AWS role', () => {
  it('keeps the external id its trust policy names, and its region, when it is renewed', async () => {
    const external = '1b4e28ba-2fa1-41d2-883f-0016d3cca427';
    const id = idOf(
      await post('/auth/aws-sigv4/aws', { role_arn: 'arn' }, { 'params[external_id]': external, 'params[region]': 'eu-west-1' }),
    );
    const made = await read('aws', id);
    expect(made.connection_config).toMatchObject({ external_id: external, region: 'eu-west-1' });
    const { body } = await api.call('POST', '/connect/sessions/reconnect', {
      body: { connection_id: id, integration_id: 'aws' },
    });
    const session = (body as { data: { token: string } }).data.token;
    await post('/auth/aws-sigv4/aws', { role_arn: 'arn2', region: 'us-east-1' }, {}, session);
    expect(await read('aws', id)).toMatchObject({
      credentials: { role_arn: 'arn2', region: 'eu-west-1', external_id: external },
      connection_config: { external_id: external, region: 'eu-west-1' },
    });
  });
});
