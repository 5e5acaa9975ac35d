import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testDatabase, testRedis } from '#libs/testing';
import { type Answer, type TestConnectApi, testConnectApi } from '../connect/test-connect-api.js';

/** Browsers on their way to a provider and back (spec/auth.md §3, spec/api.md §3.17). */
let database: Awaited<ReturnType<typeof testDatabase>>;
let redis: Awaited<ReturnType<typeof testRedis>>;
let api: TestConnectApi;
let token: string;

beforeAll(async () => {
  [database, redis] = await Promise.all([testDatabase(), testRedis()]);
  api = await testConnectApi(database.url, database.encryptionKey, redis.url);
  const client = { type: 'OAUTH2', client_id: 'a', client_secret: 'b' };
  await api.call('POST', '/integrations', { body: { provider: 'oauth', unique_key: 'oauth', credentials: client } });
  for (const provider of ['keyed', 'mcp']) await api.call('POST', '/integrations', { body: { provider, unique_key: provider } });
  await api.call('PATCH', '/api/v1/environments/webhook', { body: { primary_url: 'https://hooks.example/in' } });
});
afterAll(async () => {
  await api.close();
  await Promise.all([database.close(), redis.close()]);
});
beforeEach(async () => {
  token = await api.session();
});

const HTML = { accept: 'text/html,*/*' };
const connect = (key = 'oauth', query: Record<string, string> = {}, headers: Record<string, string> = {}, session = token) =>
  api.call('GET', `/oauth/connect/${key}?${new URLSearchParams({ connect_session_token: session, ...query }).toString()}`, {
    as: null,
    headers,
  });
const callback = (query: Record<string, string>, headers: Record<string, string> = {}, path = '/oauth/callback') =>
  api.call('GET', `${path}?${new URLSearchParams(query).toString()}`, { as: null, headers });
const sentTo = ({ headers }: Answer) => new URL(headers.get('location') ?? '');
const cookieOf = ({ headers }: Answer) => (headers.get('set-cookie') ?? '').split(';')[0] ?? '';
const error = (code: string, more: object = {}) => ({ error: expect.objectContaining({ code, ...more }) });

/** Begins a flow; comes back with what the provider adds. */
async function begin(query: Record<string, string> = {}, session = token) {
  const begun = await connect('oauth', query, {}, session);
  const state = sentTo(begun).searchParams.get('state') ?? '';
  const back = (more: Record<string, string>, cookie = cookieOf(begun)) => callback({ state, ...more }, cookie ? { cookie } : {});
  return { begun, state, back };
}

const messageIn = (page: unknown): unknown => JSON.parse(/var message = (.*);/.exec(String(page))?.[1] ?? 'null');
const connectionOf = async (id: string) => (await api.call('GET', `/connections/${id}?provider_config_key=oauth`)).body;
const newest = async () => {
  const { body } = await api.call('GET', '/connections?limit=1');
  return (body as { connections: { connection_id: string }[] }).connections[0]?.connection_id ?? '';
};

describe('the way there', () => {
  it('sends the browser to the provider, marked by a cookie', async () => {
    const { begun, state } = await begin();
    expect(begun.status).toBe(302);
    const url = sentTo(begun);
    expect(url.host).toBe('provider.example');
    expect(url.searchParams.get('redirect_uri')).toBe('http://localhost:3003/oauth/callback');
    expect(url.searchParams.get('clientName')).toBe('Fairlead - dev - oauth');
    expect(state).toMatch(/^[\w-]{43}$/);
    expect(begun.headers.get('set-cookie')).toBe(`oauth2-${state}=1; Max-Age=3600; Path=/; HttpOnly; SameSite=Lax`);
  });

  it('takes scopes and parameters from the session, over those of the request', async () => {
    const defaults = { oauth: { user_scopes: 'a,b', authorization_params: { prompt: 'login' } } };
    const session = await api.session({ integrations_config_defaults: defaults });
    const query = { user_scope: 'mine', 'authorization_params[prompt]': 'none', 'authorization_params[hint]': 'x' };
    const url = sentTo(await connect('oauth', query, {}, session));
    expect(Object.fromEntries(url.searchParams)).toMatchObject({ user_scope: 'a,b', prompt: 'login', hint: 'x' });
  });

  it('comes back to the environment’s own address where it has one', async () => {
    const settings = (callback_url: string) => api.call('PATCH', '/api/v1/environments/connect', { body: { callback_url } });
    await settings('https://app.example/back');
    expect(sentTo((await begin()).begun).searchParams.get('redirect_uri')).toBe('https://app.example/back');
    expect((await api.call('GET', '/api/v1/environments/connect')).body).toMatchObject({
      data: { callback_url: 'https://app.example/back' },
    });
    await settings('');
  });

  it.each([
    [
      'oauth',
      { connection_id: 'mine' },
      'invalid_query_params',
      { errors: [expect.objectContaining({ path: ['connection_id'] })] },
    ],
    ['keyed', { connect_session_token: 'x' }, 'invalid_connect_session_token_format', { payload: {} }],
  ])('tells programs in JSON why %s with %j is refused', async (key, query, code, more) => {
    const answer = await connect(key, query);
    expect(answer.body).toEqual(error(code, more));
  });

  it('refuses integrations the session does not allow', async () => {
    const narrow = await api.session({ allowed_integrations: ['keyed'] });
    expect(await connect('oauth', {}, {}, narrow)).toMatchObject({
      status: 400,
      body: { error: { code: 'integration_not_allowed' } },
    });
  });

  it.each([
    ['nope', {}, 'unknown_config_key', 400],
    ['keyed', {}, 'auth_mode_err', 400],
    ['oauth', { 'params[subdomain]': 'A!' }, 'url_param_err', 400],
    ['oauth', { 'params[subdomain]': 'missing' }, 'url_param_err', 400],
    ['oauth', { connect_session_token: 'x' }, 'account_or_environment_retrieval_err', 401],
  ])('shows people a page why %s with %j is refused, and tells the waiting page: %s', async (key, query, errorType, status) => {
    const socket = await api.socket();
    const answer = await connect(key, { ...query, ws_client_id: socket.id }, HTML);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(messageIn(answer.body)).toMatchObject({ type: 'nango_oauth_callback_error', payload: { errorType } });
    await expect
      .poll(() => socket.heard)
      .toEqual([{ message_type: 'error', provider_config_key: key, error_type: errorType, error_desc: expect.any(String) }]);
    expect(await socket.closed).toBe(1000);
  });
});

describe('the way back', () => {
  it('makes the connection, tells the waiting page, and shows one that closes', async () => {
    const socket = await api.socket();
    const { back } = await begin({ ws_client_id: socket.id, 'params[subdomain]': 'acme' });
    const page = await back({ code: 'good' });
    expect(page.status).toBe(200);
    expect(messageIn(page.body)).toEqual({ type: 'nango_oauth_callback_success' });
    expect(page.headers.get('set-cookie')).toContain('Max-Age=0');
    const id = await newest();
    await expect
      .poll(() => socket.heard)
      .toEqual([{ message_type: 'success', provider_config_key: 'oauth', connection_id: id, is_pending: false }]);
    expect(await socket.closed).toBe(1000);
    expect(await connectionOf(id)).toMatchObject({
      credentials: { type: 'OAUTH2', access_token: 'token-verifier-1' },
      connection_config: { subdomain: 'acme', team: 'from-token' },
      end_user: { id: 'user' },
    });
    expect((await api.operations()).at(-1)).toMatchObject({
      action: 'create_connection',
      state: 'success',
      meta: { connectionId: id },
    });
  });

  it('keeps what the developer has set, and moves OAuth overrides where they belong', async () => {
    const connection_config = { team: 'set', oauth_client_id_override: '', oauth_client_secret_override: 'from-session' };
    const session = await api.session({ integrations_config_defaults: { oauth: { connection_config } } });
    const query = { 'credentials[oauth_client_id_override]': 'own', 'credentials[oauth_client_secret_override]': 'not-taken' };
    const { back } = await begin(query, session);
    expect((await back({ code: 'good' })).status).toBe(200);
    expect(await connectionOf(await newest())).toMatchObject({
      credentials: { config_override: { client_id: 'own', client_secret: 'from-session' } },
      connection_config: { team: 'set' },
    });
  });

  it('can leave the connection pending', async () => {
    const socket = await api.socket();
    const { back } = await begin({ ws_client_id: socket.id });
    const page = await back({ code: 'good', pending: '1' });
    expect(page.body).toContain('One step is left');
    await expect.poll(() => socket.heard).toMatchObject([{ message_type: 'success', is_pending: true }]);
  });

  it.each([
    [{ error: 'access_denied', error_description: 'no <b>' }, 'callback_err', 'invalid_callback'],
    [{ code: 'stale' }, 'token_err', 'token_err'],
  ])('with %j is a failure told everywhere: %s', async (query, errorType, webhookType) => {
    const socket = await api.socket();
    const { back } = await begin({ ws_client_id: socket.id });
    const page = await back(query);
    expect(page.status).toBe(400);
    const message = errorType === 'callback_err' ? JSON.stringify(query) : 'the provider gave no token for this code';
    expect(messageIn(page.body)).toEqual({ type: 'nango_oauth_callback_error', payload: { message, errorType } });
    expect(page.body).not.toContain('<b>');
    await expect
      .poll(() => socket.heard)
      .toMatchObject([{ message_type: 'error', provider_config_key: 'oauth', error_type: errorType }]);
    expect((await api.webhooks()).at(-1)?.body).toMatchObject({
      success: false,
      operation: 'creation',
      error: { type: webhookType },
    });
    expect((await api.operations()).at(-1)).toMatchObject({ state: 'failed' });
  });

  it('speaks the browser’s language', async () => {
    const page = await callback({ state: 'x' }, { 'accept-language': 'de-DE,de;q=0.9' });
    expect(page.body).toContain('<html lang="de">');
    expect(page.body).toContain('Diese Anmeldung ist beendet.');
  });

  it('lets the page run nothing but its own script', async () => {
    const { headers, body } = await callback({ state: 'x' });
    const nonce = /<script nonce="([^"]+)">/.exec(String(body))?.[1];
    expect(headers.get('content-security-policy')).toContain(`script-src 'nonce-${nonce}'`);
    expect(headers.get('cross-origin-opener-policy')).toBe('unsafe-none');
    expect(headers.get('cache-control')).toBe('no-store');
  });
});

describe('a state', () => {
  it('is good for one return', async () => {
    const { back } = await begin();
    const [first, second] = await Promise.all([back({ code: 'good' }), back({ code: 'good' })]);
    expect(new Set([first.status, second.status])).toEqual(new Set([200, 400]));
    const replayed = await back({ code: 'good' });
    expect(messageIn(replayed.body)).toMatchObject({ payload: { errorType: 'state_err' } });
  });

  it('is good for an hour', async () => {
    const { back } = await begin();
    await api.db.query('UPDATE oauth_states SET expires_at = now()');
    expect(messageIn((await back({ code: 'good' })).body)).toMatchObject({ payload: { errorType: 'state_err' } });
  });

  it.each(['', 'oauth2-other=1'])('is good for the browser that was sent alone; one that shows %j is refused', async (cookie) => {
    const socket = await api.socket();
    const { back } = await begin({ ws_client_id: socket.id });
    const page = await back({ code: 'good' }, cookie);
    expect(page.status).toBe(400);
    expect(messageIn(page.body)).toMatchObject({ payload: { errorType: 'state_cookie_err' } });
    await expect.poll(() => socket.heard).toMatchObject([{ message_type: 'error', error_type: 'state_cookie_err' }]);
    expect(messageIn((await back({ code: 'good' })).body)).toMatchObject({ payload: { errorType: 'state_err' } });
  });

  it('comes under other names too', async () => {
    for (const name of ['payload', 'customField']) {
      const { begun, state } = await begin();
      expect((await callback({ [name]: state, code: 'good' }, { cookie: cookieOf(begun) })).status).toBe(200);
    }
  });

  it.each(['\r\nX-Header: x', '€', 'a; Domain=example.com'])('is no way to write headers: %j', async (state) => {
    const answer = await callback({ state, code: 'good' });
    expect([answer.status, answer.headers.get('set-cookie'), answer.headers.get('x-header')]).toEqual([400, null, null]);
    expect(messageIn(answer.body)).toMatchObject({ payload: { errorType: 'state_err' } });
  });

  it('is missing', async () => {
    for (const path of ['/oauth/callback', '/app-auth/connect']) {
      expect(messageIn((await callback({ code: 'good' }, {}, path)).body)).toMatchObject({ payload: { errorType: 'state_err' } });
    }
  });

  it('is of an integration that is gone meanwhile', async () => {
    const client = { type: 'OAUTH2', client_id: 'a', client_secret: 'b' };
    await api.call('POST', '/integrations', { body: { provider: 'oauth', unique_key: 'doomed', credentials: client } });
    const begun = await connect('doomed');
    await api.call('DELETE', '/integrations/doomed');
    const state = sentTo(begun).searchParams.get('state') ?? '';
    const page = await callback({ state, code: 'good' }, { cookie: cookieOf(begun) });
    expect(messageIn(page.body)).toMatchObject({ payload: { errorType: 'unknown_config_key' } });
  });
});

describe('a session to reconnect', () => {
  it('replaces the credentials of its connection, or says that it is gone', async () => {
    await (await begin()).back({ code: 'good' });
    const id = await newest();
    const body = { connection_id: id, integration_id: 'oauth' };
    const renewing = (await api.call('POST', '/connect/sessions/reconnect', { body })).body as { data: { token: string } };
    const again = await begin({}, renewing.data.token);
    expect((await again.back({ code: 'good' })).status).toBe(200);
    expect(await newest()).toBe(id);
    expect((await api.webhooks()).at(-1)?.body).toMatchObject({ operation: 'override', success: true, connectionId: id });
    const last = await begin({}, renewing.data.token);
    await api.call('DELETE', `/connections/${id}?provider_config_key=oauth`);
    expect(messageIn((await last.back({ code: 'good' })).body)).toMatchObject({ payload: { errorType: 'connection_not_found' } });
  });
});

describe('an installation that was not begun here', () => {
  it('goes back to GitHub and nowhere else', async () => {
    const query = { installation_id: '1', setup_action: 'install' };
    const of = async (referer?: string) => sentTo(await callback(query, referer ? { referer } : {}, '/app-auth/connect')).href;
    expect(await of()).toBe('https://github.com/');
    expect(await of('https://github.com/settings/installations/1')).toBe('https://github.com/settings/installations/1');
    expect(await of('https://evil.example/')).toBe('https://github.com/');
  });
});

describe('client metadata', () => {
  const path = (key: string, uuid = api.environmentUuid) => `/oauth/client-metadata/${uuid}/${key}`;

  it('needs an https address', async () => {
    expect(await api.call('GET', path('mcp'), { as: null })).toMatchObject({ status: 404, body: error('feature_disabled') });
  });

  it('names itself by its own address', async () => {
    const secure = await testConnectApi(database.url, database.encryptionKey, redis.url, {
      serverUrl: 'https://fairlead.example',
    });
    const get = (at: string) => secure.call('GET', at, { as: null });
    const found = await get(path('mcp'));
    expect(found.headers.get('cache-control')).toBe('public, max-age=300');
    expect(found.body).toEqual({
      client_id: `https://fairlead.example${path('mcp')}`,
      client_name: 'Fairlead - dev - mcp',
      client_uri: 'https://fairlead.example',
      redirect_uris: ['https://fairlead.example/oauth/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    });
    expect(await get(path('nope'))).toMatchObject({ status: 404, body: error('unknown_provider_config') });
    expect(await get(path('oauth'))).toMatchObject({ status: 404, body: error('feature_disabled') });
    const other = '4c46840b-6ef0-4d1c-8b52-f9ed1a9ac0b2';
    expect(await get(path('mcp', other))).toMatchObject({ status: 404, body: error('unknown_environment') });
    const begun = await secure.call('GET', `/oauth/connect/oauth?connect_session_token=${token}`, { as: null });
    expect(begun.headers.get('set-cookie')).toContain('; HttpOnly; Secure; SameSite=None');
    await secure.close();
  });
});
