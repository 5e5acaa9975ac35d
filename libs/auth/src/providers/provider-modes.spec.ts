import { generateKeyPairSync } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuthModes, type AuthSubject, type Credentials } from '#libs/auth-modes';
import type { Provider } from '#libs/providers';
import { openHttp, startUpstream, subjectOf } from '#libs/testing';
import { introspections, providerModes } from './provider-modes.js';

const http = openHttp({ timeoutMs: 1_000 });
const modes = new AuthModes({}, providerModes(http), introspections(http));
const server = await startUpstream();
afterAll(async () => {
  await http.close();
  await server.close();
});

const of = (
  name: string,
  own: Partial<Provider> = {},
  config: AuthSubject['connectionConfig'] = {},
  integration: Partial<AuthSubject['integration']> = {},
) => subjectOf({ name, token_url: `${server.url}/token`, refresh_url: `${server.url}/renew`, ...own }, config, integration);

const CALLBACK = { callbackUrl: 'https://app.example.com/cb', memory: {}, query: { code: 'c-123', state: 's' } };
const finish = (subject: AuthSubject) => modes.finish(subject, CALLBACK);
const old: Credentials = { type: 'OAUTH2', access_token: 'old-token', refresh_token: 'rt-12345', raw: {} };

const on = (path: string, body: unknown, status = 200) => server.on('*', path, () => ({ status, body }));
const last = () => {
  const request = server.requests.at(-1)!;
  const form = Object.fromEntries(new URLSearchParams(request.text));
  return { ...request, form, basic: Buffer.from(request.headers['authorization']?.slice(6) ?? '', 'base64').toString() };
};
const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;

describe('clients that prove themselves otherwise', () => {
  beforeAll(() => {
    on('/token', { access_token: 'at' });
    on('/renew', { access_token: 'new' });
  });

  it.each(['agiloft', 'fanvue', 'workday-oauth', 'followupboss'])('%s: in the header alone', async (name) => {
    await finish(of(name));
    expect(last().basic).toBe('client-id:secret-of-client');
    expect(last().form['client_id']).toBeUndefined();
  });

  it('followupboss gets its state back', async () => {
    await finish(of('followupboss'));
    expect(last().form['state']).toBe('s');
  });

  it.each(['heygen', 'posthog-oauth'])('%s: by the id alone', async (name) => {
    await finish(of(name));
    expect(last().form).toMatchObject({ client_id: 'client-id', code: 'c-123' });
    expect(last().text).not.toContain('secret-of-client');
  });

  it('mercury: not at all', async () => {
    await finish(of('mercury'));
    expect(last().form).toEqual({ grant_type: 'authorization_code', code: 'c-123', redirect_uri: CALLBACK.callbackUrl });
  });

  it('stripe-app: by its secret key as user name, with nothing that Stripe does not know', async () => {
    const { credentials } = await finish(of('stripe-app'));
    expect(last().basic).toBe('secret-of-client:');
    expect(last().form).toEqual({ grant_type: 'authorization_code', code: 'c-123' });
    expect(credentials['expires_at']).toBeDefined();
    await modes.refresh(of('stripe-app'), old);
    expect(last().form).toEqual({ grant_type: 'refresh_token', refresh_token: 'rt-12345' });
  });

  it('clover: in JSON, and by the id alone when renewing', async () => {
    const end = inAnHour();
    on('/token', { access_token: 'at', access_token_expiration: end });
    const { credentials } = await finish(of('clover'));
    expect(last().json).toMatchObject({ client_id: 'client-id', client_secret: 'secret-of-client', code: 'c-123' });
    expect(credentials['expires_at']).toBe(new Date(end * 1000).toISOString());
    await modes.refresh(of('clover'), old);
    expect(last()).toMatchObject({ path: '/renew', json: { client_id: 'client-id', refresh_token: 'rt-12345' } });
    on('/token', { access_token: 'at' });
  });

  it('revolut-business: by a signature that names the host of the callback, when renewing too', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const secret = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
    const credentials = { type: 'OAUTH2', client_id: 'id', client_secret: secret };
    const { connectionConfig } = await finish(of('revolut-business', {}, {}, { credentials }));
    expect(decodeJwt(last().form['client_assertion']!)).toMatchObject({
      iss: 'app.example.com',
      sub: 'id',
      aud: 'https://revolut.com',
    });
    await modes.refresh(of('revolut-business', {}, connectionConfig, { credentials }), old);
    expect(decodeJwt(last().form['client_assertion']!)).toMatchObject({ iss: 'app.example.com' });
  });

  it.each(['workday-oauth', 'jobber', 'stripe-app-sandbox'])('%s: tokens live an hour where nobody says so', async (name) => {
    const { credentials } = await finish(of(name));
    expect(Date.parse(String(credentials['expires_at']))).toBeGreaterThan(Date.now() + 3_500_000);
  });
});

describe('answers in other words', () => {
  it('tiktok-ads', async () => {
    on('/token', { code: 0, message: 'OK', data: { access_token: 'at', advertiser_ids: ['1'] } });
    const { credentials } = await finish(of('tiktok-ads'));
    expect(last().json).toEqual({ app_id: 'client-id', secret: 'secret-of-client', auth_code: 'c-123' });
    expect(credentials).toMatchObject({ access_token: 'at', raw: { data: { advertiser_ids: ['1'] } } });
    on('/token', { code: 40_110, message: 'Auth code is invalid', data: {} });
    await expect(finish(of('tiktok-ads'))).rejects.toThrow('tiktok_40110: Auth code is invalid');
  });

  it('tiktok-accounts', async () => {
    on('/token', { code: 0, data: { access_token: 'at', refresh_token: 'rt', expires_in: 60 } });
    expect((await finish(of('tiktok-accounts'))).credentials).toMatchObject({ access_token: 'at', refresh_token: 'rt' });
    expect(last().json).toMatchObject({ client_id: 'client-id', grant_type: 'authorization_code', auth_code: 'c-123' });
    on('/renew', { code: 0, data: { access_token: 'new' } });
    expect((await modes.refresh(of('tiktok-accounts'), old))?.credentials['access_token']).toBe('new');
    expect(last().json).not.toHaveProperty('auth_code');
  });

  it('tiktok-personal', async () => {
    on('/token', { access_token: 'at' });
    await finish(of('tiktok-personal'));
    expect(last().form).toMatchObject({ client_key: 'client-id', client_secret: 'secret-of-client' });
    expect(last().form['client_id']).toBeUndefined();
  });

  it('sentry-oauth', async () => {
    on('/token', { token: 'at', refreshToken: 'rt', expiresAt: '2027-01-01T00:00:00Z' });
    const { credentials } = await finish(of('sentry-oauth'));
    expect(last().json).toEqual({
      grant_type: 'authorization_code',
      code: 'c-123',
      client_id: 'client-id',
      client_secret: 'secret-of-client',
    });
    expect(credentials).toMatchObject({ access_token: 'at', refresh_token: 'rt', expires_at: '2027-01-01T00:00:00.000Z' });
  });

  it('coros prolongs the token it gave', async () => {
    on('/renew', { result: '0000', message: 'OK' });
    const renewed = await modes.refresh(of('coros'), old);
    expect(renewed?.credentials).toMatchObject({ access_token: 'old-token', refresh_token: 'rt-12345' });
    expect(Date.parse(String(renewed?.credentials['expires_at']))).toBeGreaterThan(Date.now() + 29 * 86_400_000);
    on('/renew', { result: '5001', message: 'no' });
    await expect(modes.refresh(of('coros'), old)).rejects.toThrow('coros_5001: no');
  });
});

describe('slack', () => {
  const slack = (own: Partial<Provider> = {}) =>
    of('slack', { refresh_url: undefined, alternate_access_token_response_path: 'authed_user', ...own });
  const both = {
    ok: true,
    access_token: 'bot',
    refresh_token: 'bot-rt',
    expires_in: 43_200,
    team: { id: 'T1' },
    authed_user: { id: 'U1', access_token: 'user', refresh_token: 'user-rt', expires_in: 600 },
  };
  const renewing = (tokens: Record<string, unknown>) =>
    server.on('POST', '/token', ({ text }) => ({ body: tokens[new URLSearchParams(text).get('refresh_token') ?? ''] }));

  it('ends with the sooner of both tokens', async () => {
    on('/token', both);
    const { credentials } = await finish(slack());
    expect(credentials).toMatchObject({ access_token: 'bot', refresh_token: 'bot-rt', raw: both });
    expect(Date.parse(String(credentials['expires_at']))).toBeLessThan(Date.now() + 601_000);
  });

  it('renews both, each with its own token', async () => {
    renewing({
      'bot-rt': { ok: true, access_token: 'bot-2', refresh_token: 'bot-rt-2', expires_in: 43_200 },
      'user-rt': { ok: true, access_token: 'user-2', refresh_token: 'user-rt-2', expires_in: 700 },
    });
    const stored = { type: 'OAUTH2', access_token: 'bot', refresh_token: 'bot-rt', raw: both };
    const { credentials } = (await modes.refresh(slack(), stored))!;
    expect(credentials).toMatchObject({
      access_token: 'bot-2',
      refresh_token: 'bot-rt-2',
      raw: { authed_user: { id: 'U1', access_token: 'user-2', refresh_token: 'user-rt-2', expires_in: 700 } },
    });
    expect(Date.parse(String(credentials['expires_at']))).toBeLessThan(Date.now() + 701_000);
  });

  it('keeps the user’s old token when that cannot be renewed', async () => {
    renewing({
      'bot-rt': { ok: true, access_token: 'bot-2', expires_in: 43_200 },
      'user-rt': { ok: false, error: 'token_revoked' },
    });
    const stored = { type: 'OAUTH2', access_token: 'bot', refresh_token: 'bot-rt', raw: both };
    const { credentials } = (await modes.refresh(slack(), stored))!;
    expect(credentials).toMatchObject({ access_token: 'bot-2', raw: { authed_user: { access_token: 'user' } } });
    expect(Date.parse(String(credentials['expires_at']))).toBeGreaterThan(Date.now() + 40_000_000);
  });

  it('renews one token once where the user has the only one', async () => {
    renewing({ 'user-rt': { ok: true, access_token: 'user-2', refresh_token: 'user-rt-2', expires_in: 700 } });
    const raw = { ok: true, authed_user: both.authed_user };
    const before = server.requests.length;
    const renewed = await modes.refresh(slack(), { type: 'OAUTH2', access_token: 'user', refresh_token: 'user-rt', raw });
    expect(server.requests.length - before).toBe(1);
    expect(renewed?.credentials).toMatchObject({ access_token: 'user-2', raw: { authed_user: { access_token: 'user-2' } } });
  });

  it('is refused with a 200', async () => {
    on('/token', { ok: false, error: 'invalid_code' });
    await expect(finish(slack())).rejects.toMatchObject({ code: 'token_err', payload: { code: 'invalid_code' } });
  });
});

describe('meta', () => {
  it('facebook turns every token into a longer one at the token URL', async () => {
    server.on('POST', '/token', () => ({ body: { access_token: 'short' } }));
    server.on('GET', '/token', ({ query }) => ({
      body: { access_token: `long-${query['fb_exchange_token']}`, expires_in: 5_000_000 },
    }));
    const { credentials } = await finish(of('facebook', { refresh_url: undefined }));
    expect(credentials).toMatchObject({ type: 'OAUTH2', access_token: 'long-short' });
    expect(last().query).toMatchObject({
      grant_type: 'fb_exchange_token',
      client_id: 'client-id',
      client_secret: 'secret-of-client',
    });
    const stored = { type: 'OAUTH2', access_token: 'old-token' };
    expect(modes.isRenewable(of('facebook'), stored)).toBe(true);
    expect((await modes.refresh(of('facebook'), stored))?.credentials).toMatchObject({ access_token: 'long-old-token' });
  });

  it('facebook’s refusals name no token', async () => {
    server.on('GET', '/token', () => ({ status: 400, body: { error: { message: 'Error validating old-token', code: 190 } } }));
    await expect(modes.refresh(of('facebook'), { type: 'OAUTH2', access_token: 'old-token' })).rejects.toMatchObject({
      message: 'The provider did not renew the token: 190: Error validating [redacted]',
      payload: { permanent: true },
    });
  });

  it.each([
    ['instagram', 'ig'],
    ['threads', 'th'],
  ])('%s exchanges beside its refresh URL, and refreshes there', async (name, prefix) => {
    server.on('POST', '/token', () => ({ body: { data: [{ access_token: 'short', user_id: '7' }] } }));
    on('/access_token', { access_token: 'long', expires_in: 5_000_000 });
    on('/renew', { access_token: 'longer' });
    const { credentials } = await finish(of(name));
    expect(credentials).toMatchObject({ access_token: 'long', raw: { data: [{ user_id: '7' }] } });
    expect(last().query).toEqual({
      grant_type: `${prefix}_exchange_token`,
      client_secret: 'secret-of-client',
      access_token: 'short',
    });
    const renewed = await modes.refresh(of(name), credentials);
    expect(last().query).toEqual({ grant_type: `${prefix}_refresh_token`, access_token: 'long' });
    expect(Date.parse(String(renewed?.credentials['expires_at']))).toBeLessThan(Date.now() + 3_601_000);
  });
});

describe('microsoft', () => {
  it('microsoft-admin asks for itself, as long as it likes', async () => {
    on('/t-1/token', { access_token: 'at', expires_in: 3600 });
    const admin = of('microsoft-admin', {
      token_url: `${server.url}/\${connectionConfig.tenantId}/token`,
      refresh_url: undefined,
      authorization_code_param_in_callback: 'tenant',
    });
    const minted = await modes.finish(admin, { ...CALLBACK, query: { tenant: 't-1', admin_consent: 'True' } });
    expect(minted).toMatchObject({ credentials: { access_token: 'at' }, connectionConfig: { tenantId: 't-1' } });
    expect(last().form).toMatchObject({ grant_type: 'client_credentials', scope: 'https://graph.microsoft.com/.default' });
    const connected = { ...admin, connectionConfig: { tenantId: 't-1' } };
    expect(modes.isRenewable(connected, minted.credentials)).toBe(true);
    expect((await modes.refresh(connected, minted.credentials))?.credentials['access_token']).toBe('at');
    await expect(modes.finish(admin, { ...CALLBACK, query: { error: 'access_denied' } })).rejects.toMatchObject({
      code: 'callback_err',
    });
  });

  const site = { sharepointAccessToken: { access_token: 'site', resource: 'https://acme.sharepoint.com' } };
  const graph = (second: { status?: number; body: unknown }) =>
    server.on('POST', '/token', ({ text }) =>
      new URLSearchParams(text).get('scope') === 'https://acme.sharepoint.com/.default'
        ? second
        : { body: { access_token: 'graph', refresh_token: 'rt-2', expires_in: 3600 } },
    );

  it.each(['one-drive', 'sharepoint-online'])('%s renews the token of its site alongside', async (name) => {
    graph({ body: { access_token: 'site-2', expires_in: 1800 } });
    const renewed = await modes.refresh(of(name, { refresh_url: undefined }, site), old);
    expect(last().form).toMatchObject({ grant_type: 'refresh_token', refresh_token: 'rt-2' });
    expect(renewed).toMatchObject({
      credentials: { access_token: 'graph', refresh_token: 'rt-2' },
      connectionConfig: { sharepointAccessToken: { access_token: 'site-2', resource: 'https://acme.sharepoint.com' } },
    });
    expect(Date.parse(String(renewed?.credentials['expires_at']))).toBeLessThan(Date.now() + 1_801_000);
  });

  it('does not lose the renewed token when the site’s is not to be had', async () => {
    graph({ status: 400, body: { error: 'invalid_scope' } });
    const renewed = await modes.refresh(of('one-drive', { refresh_url: undefined }, site), old);
    expect(renewed).toMatchObject({ credentials: { access_token: 'graph' } });
    expect(renewed?.connectionConfig).toBeUndefined();
  });

  it('microsoft-teams-bot has a token of the Bot Framework', async () => {
    on('/token', { access_token: 'graph' });
    on('/botframework.com/oauth2/v2.0/token', { access_token: 'bot', expires_in: 3600 });
    const minted = await finish(of('microsoft-teams-bot', { refresh_url: undefined }));
    expect(minted.connectionConfig).toMatchObject({ botFrameworkAccessToken: { access_token: 'bot' } });
  });
});

describe('salesforce', () => {
  const ask = (answer: unknown, status = 200) => {
    on('/services/oauth2/introspect', answer, status);
    return modes.introspect(of('salesforce', {}, { instance_url: server.url }), old);
  };

  it('is asked whether a token holds', async () => {
    expect(await ask({ active: true, exp: inAnHour() })).toBe('fresh');
    expect(last().form).toEqual({
      token: 'old-token',
      client_id: 'client-id',
      client_secret: 'secret-of-client',
      token_type_hint: 'access_token',
    });
    expect(await ask({ active: true, exp: Math.floor(Date.now() / 1000) + 60 })).toBe('due');
    expect(await ask({ active: true })).toBe('due');
    expect(await ask({ active: false })).toBe('due');
  });

  it('says nothing when it cannot be asked', async () => {
    expect(await ask({}, 503)).toBe('unknown');
    expect(await modes.introspect(of('salesforce'), old)).toBe('unknown');
    expect(await modes.introspect(of('salesforce', {}, { instance_url: 'eu.example' }), old)).toBe('unknown');
    expect(modes.introspect(of('github'), old)).toBeUndefined();
  });
});
