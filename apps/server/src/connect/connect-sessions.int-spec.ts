import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, testRedis } from '#libs/testing';
import { type CallOptions, type TestConnectApi, testConnectApi } from './test-connect-api.js';

/** The wire contract of Connect sessions, and of the routes they open (spec/api.md §1, §3.5). */
let database: Awaited<ReturnType<typeof testDatabase>>;
let redis: Awaited<ReturnType<typeof testRedis>>;
let api: TestConnectApi;

beforeAll(async () => {
  [database, redis] = await Promise.all([testDatabase(), testRedis()]);
  api = await testConnectApi(database.url, database.encryptionKey, redis.url);
  for (const provider of ['keyed', 'open']) await api.call('POST', '/integrations', { body: { provider, unique_key: provider } });
});
afterAll(async () => {
  await api.close();
  await Promise.all([database.close(), redis.close()]);
});

const TOKEN = /^nango_connect_session_[0-9a-f]{64}$/;
const make = (body: object, path = '/connect/sessions') => api.call('POST', path, { body });
const error = (code: string, more: object = {}) => ({ error: expect.objectContaining({ code, ...more }) });
const unknown = `nango_connect_session_${'0'.repeat(64)}`;

describe('POST /connect/sessions', () => {
  it('answers 201 with a token for half an hour and a link to share', async () => {
    const before = Date.now();
    const { status, body } = await make({ end_user: { id: 'u', email: 'u@example.com' }, organization: { id: 'o' } });
    const { data } = body as { data: { token: string; connect_link: string; expires_at: string } };
    expect(status).toBe(201);
    expect(data.token).toMatch(TOKEN);
    expect(data.connect_link).toBe(`https://connect.example/ui/?session_token=${data.token}`);
    expect(data.expires_at).toMatch(/\.\d{3}Z$/);
    expect(new Date(data.expires_at).getTime() - before).toBeGreaterThan(29 * 60_000);
    expect(new Date(data.expires_at).getTime() - before).toBeLessThan(31 * 60_000);
  });

  it.each([
    [{}, [['end_user']]],
    [{ end_user: { id: '' } }, [['end_user', 'id']]],
    [{ tags: {}, more: 1 }, [[]]],
    [{ tags: { a: 'b', A: 'c' } }, [['tags']]],
    [{ tags: {}, allowed_integrations: ['keyed', 'nope'] }, [['allowed_integrations', '1']]],
    [{ tags: {}, integrations_config_defaults: { nope: {} } }, [['integrations_config_defaults', 'nope']]],
    [{ tags: {}, overrides: { nope: { docs_connect: 'https://a' } } }, [['overrides', 'nope']]],
    [{ tags: {}, integrations_config_defaults: { keyed: { more: 1 } } }, [['integrations_config_defaults', 'keyed']]],
    [{ tags: {}, webhook_url_override: 'nonsense' }, [['webhook_url_override']]],
  ])('refuses %j', async (body, paths) => {
    const errors = paths.map((path) => expect.objectContaining({ path }));
    expect(await make(body)).toMatchObject({ status: 400, body: error('invalid_body', { errors }) });
  });

  it('takes no query, and no key without the scope', async () => {
    expect(await make({ tags: {} }, '/connect/sessions?a=1')).toMatchObject({ status: 400, body: error('invalid_query_params') });
    const denied = await api.call('POST', '/connect/sessions', { body: { tags: {} }, as: await api.session() });
    expect(denied).toMatchObject({ status: 401, body: error('invalid_secret_key_format') });
  });

  it('stores neither the token nor the settings in clear', async () => {
    const connection_config = { oauth_client_secret_override: 'very-secret' };
    const token = await api.session({ integrations_config_defaults: { keyed: { connection_config } } });
    const rows = await api.db.query<{ text: string; sealed: Buffer }>('SELECT s::text AS text, sealed FROM connect_sessions s');
    expect(rows.length).toBeGreaterThan(0);
    for (const { text, sealed } of rows) {
      expect(text).not.toContain(token.slice(-64));
      expect(sealed.includes('very-secret')).toBe(false);
    }
  });
});

describe('GET /connect/session', () => {
  const get = (as: string | null, path = '/connect/session', options: CallOptions = {}) =>
    api.call('GET', path, { as, ...options });

  it('tells the Connect UI whom it is for and how to look', async () => {
    const token = await api.session({
      end_user: { id: 'u', tags: { plan: 'pro' } },
      organization: { id: 'o', display_name: 'Org' },
    });
    const blue = { primary: '#00B2E3' };
    expect((await get(token)).body).toEqual({
      data: {
        endUser: {
          id: 'u',
          display_name: null,
          email: null,
          tags: { plan: 'pro' },
          organization: { id: 'o', display_name: 'Org' },
        },
        connectUISettings: { theme: { light: blue, dark: blue }, defaultTheme: 'system', showWatermark: true },
        websocketsPath: '/',
      },
    });
  });

  it('shows what was set in advance, but no secret of it', async () => {
    const connection_config = {
      subdomain: 'a',
      oauth_client_id_override: '',
      oauth_client_secret_override: 's3cret',
      oauth_refresh_token_override: '',
    };
    const token = await api.session({
      end_user: undefined,
      tags: { a: 'b' },
      allowed_integrations: ['keyed'],
      integrations_config_defaults: { keyed: { connection_config, authorization_params: { prompt: 'login' }, user_scopes: 'a' } },
      overrides: { keyed: { docs_connect: 'https://docs.example' } },
    });
    expect((await get(token)).body).toMatchObject({
      data: {
        endUser: null,
        allowed_integrations: ['keyed'],
        integrations_config_defaults: {
          keyed: {
            connection_config: { ...connection_config, oauth_client_secret_override: '[set]' },
            authorization_params: { prompt: 'login' },
          },
        },
        overrides: { keyed: { docs_connect: 'https://docs.example' } },
      },
    });
  });

  it.each([
    [null, 'missing_auth_header'],
    ['', 'malformed_auth_header'],
    ['nonsense', 'invalid_connect_session_token_format'],
    [`${unknown}0`, 'invalid_connect_session_token_format'],
    [unknown, 'unknown_connect_session_token'],
  ])('answers 401 to the token %j: %s', async (token, code) => {
    expect(await get(token)).toMatchObject({ status: 401, body: error(code, { payload: {} }) });
  });

  it('ends with its time', async () => {
    const token = await api.session();
    await api.db.query('UPDATE connect_sessions SET expires_at = now()');
    expect(await get(token)).toMatchObject({ status: 401, body: error('unknown_connect_session_token') });
  });

  it('ends when it is deleted', async () => {
    const token = await api.session();
    expect((await get(token)).status).toBe(200);
    expect(await api.call('DELETE', '/connect/session', { as: token })).toMatchObject({ status: 204, body: '' });
    expect(await get(token)).toMatchObject({ status: 401, body: error('unknown_connect_session_token') });
  });
});

describe('POST /connect/sessions/reconnect', () => {
  const path = '/connect/sessions/reconnect';

  it('makes a session for that one connection', async () => {
    const credentials = { type: 'API_KEY', apiKey: 'sk_1' };
    await api.call('POST', '/connections', { body: { provider_config_key: 'keyed', connection_id: 'old', credentials } });
    const { status, body } = await make({ connection_id: 'old', integration_id: 'keyed' }, path);
    expect(status).toBe(201);
    const { token } = (body as { data: { token: string } }).data;
    expect((await api.call('GET', '/connect/session', { as: token })).body).toMatchObject({
      data: { isReconnecting: true, allowed_integrations: ['keyed'], endUser: null },
    });
  });

  it.each([
    [{ connection_id: 'none', integration_id: 'keyed' }, { message: expect.stringContaining('none') }],
    [{ connection_id: 'old', integration_id: 'nope' }, { message: expect.any(String) }],
    [{ connection_id: 'old' }, { errors: [expect.objectContaining({ path: ['integration_id'] })] }],
    [{ connection_id: 'old', integration_id: 'keyed', allowed_integrations: [] }, { errors: [expect.anything()] }],
  ])('refuses %j', async (body, more) => {
    expect(await make(body, path)).toMatchObject({ status: 400, body: error('invalid_body', more) });
  });
});

describe('what a session opens', () => {
  const keysOf = ({ body }: { body: unknown }) => (body as { data: { unique_key: string }[] }).data.map((one) => one.unique_key);

  it('lists the integrations it allows, and providers', async () => {
    const all = await api.session();
    const one = await api.session({ allowed_integrations: ['open'] });
    expect(keysOf(await api.call('GET', '/integrations', { as: all }))).toEqual(['keyed', 'open']);
    expect(keysOf(await api.call('GET', '/integrations', { as: one }))).toEqual(['open']);
    expect(keysOf(await api.call('GET', '/integrations', { as: await api.session({ allowed_integrations: [] }) }))).toHaveLength(
      2,
    );
    for (const path of ['/providers', '/providers/keyed']) expect((await api.call('GET', path, { as: all })).status).toBe(200);
    expect(keysOf(await api.call('GET', '/integrations'))).toHaveLength(2);
  });

  it('is nothing else', async () => {
    const token = await api.session();
    for (const path of ['/connections', '/integrations/keyed', '/providers/keyed/templates']) {
      expect(await api.call('GET', path, { as: token })).toMatchObject({ status: 401, body: error('invalid_secret_key_format') });
    }
  });

  it.each([
    [null, 'missing_auth_header'],
    ['nonsense', 'invalid_secret_key_format'],
    [unknown, 'unknown_connect_session_token'],
    ['nango_connect_session_x', 'invalid_connect_session_token_format'],
  ])('answers 401 to %j: %s', async (as, code) => {
    expect(await api.call('GET', '/integrations', { as })).toMatchObject({ status: 401, body: error(code, { payload: {} }) });
  });
});

describe('POST /connect/telemetry', () => {
  const send = (body: unknown) => api.call('POST', '/connect/telemetry', { body, as: null });
  const event = (more: object = {}) => ({ event: 'open', timestamp: new Date().toISOString(), ...more });

  it('takes events of a session', async () => {
    const token = await api.session();
    expect((await send({ token, ...event({ dimensions: { integration: 'keyed' } }) })).status).toBe(204);
    expect(await send({ token, ...event({ event: 'nope' }) })).toMatchObject({ status: 400, body: error('invalid_body') });
    const late = new Date(Date.now() - 3 * 3_600_000).toISOString();
    expect(await send({ token, ...event({ timestamp: late }) })).toMatchObject({ status: 400, body: error('invalid_body') });
    expect(await send(event())).toMatchObject({ status: 401, body: error('missing_auth_header') });
    expect(await send({ token: 'x', ...event() })).toMatchObject({
      status: 401,
      body: error('invalid_connect_session_token_format'),
    });
  });

  it('is open to the page of the Connect UI alone, cookies and all', async () => {
    const headers = { origin: 'https://connect.example', 'access-control-request-method': 'POST' };
    const preflight = await api.call('OPTIONS', '/connect/telemetry', { as: null, headers });
    expect(preflight.status).toBe(204);
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      'access-control-allow-origin': 'https://connect.example',
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'POST',
      'access-control-max-age': '36000',
    });
    expect((await send({})).headers.get('access-control-allow-origin')).toBe('https://connect.example');
    const elsewhere = await api.call('OPTIONS', '/connect/session', { as: null, headers });
    expect(elsewhere.headers.get('access-control-allow-origin')).toBe('*');
  });
});
