import { describe, expect, it } from 'vitest';
import { expectDenial, expectOtherBrowserRefused, expectSessionGuards, expectStateGuards } from './support/browser-refusals.js';
import { Hooks } from './support/hooks.js';
import { untilDue } from './support/renewal.js';
import { expectRevocationStory } from './support/refusals.js';
import { counting, customer, farm, stack, wrongSecret } from './support/world.js';

/** OAUTH2 (spec/auth.md §2.5, §3, §4). */
const { id: client_id, secret: client_secret } = farm.apps.oauth2;
const credentials = { type: 'OAUTH2', client_id, client_secret, scopes: 'read,write' };
const integration = (dialect: string, more: object = {}) =>
  customer.integration(`farm-oauth2-${dialect}`, { credentials: { ...credentials, ...more } });

describe('a connection', () => {
  it('holds what the provider gave, and calls it with that', async () => {
    const key = await integration('plain');
    const id = await customer.authorize(key, { session: { end_user: { id: 'u-1', email: 'u1@example.com' } } });
    const connection = await customer.connection(key, id);
    expect(connection).toMatchObject({
      provider: 'farm-oauth2-plain',
      end_user: { id: 'u-1', email: 'u1@example.com' },
      connection_config: { realm_id: 'R-1' },
      credentials: { type: 'OAUTH2', access_token: expect.any(String), raw: { token_type: 'Bearer', scope: 'read write' } },
    });
    expect(Math.abs(Date.parse(connection.credentials['expires_at'] as string) - Date.now() - 3_600_000)).toBeLessThan(60_000);
    expect(await customer.who(key, id)).toMatch(/^user-/);
    expect(await customer.nango.getToken(key, id)).toBe(connection.credentials['access_token']);
  });

  it('shows its refresh token to those alone who ask', async () => {
    const key = await integration('plain');
    const id = await customer.authorize(key);
    const [plain, asked] = [await customer.connection(key, id), await customer.connection(key, id, false, true)];
    expect(JSON.stringify(plain)).not.toMatch(/refresh\./);
    const { refresh_token, raw } = asked.credentials as { refresh_token: string; raw: { refresh_token: string } };
    expect([refresh_token, raw.refresh_token]).toEqual([expect.stringMatching(/^refresh\./), refresh_token]);
  });

  it('takes the client of the connection’s own', async () => {
    const key = await integration('due', { client_id: 'other', client_secret: await wrongSecret() });
    const id = await customer.authorize(key, {
      query: { 'credentials[oauth_client_id_override]': client_id, 'credentials[oauth_client_secret_override]': client_secret },
    });
    const connection = await customer.connection(key, id, true);
    expect(connection.credentials).toMatchObject({ config_override: { client_id, client_secret } });
    expect(connection.connection_config).not.toHaveProperty('oauth_client_secret_override');
  });

  it('is renewed in place by a reconnect session', async () => {
    const key = await integration('plain');
    const id = await customer.authorize(key);
    const before = await customer.who(key, id);
    const hooks = await Hooks.listen();
    const { data } = await customer.nango.createReconnectSession({
      connection_id: id,
      integration_id: key,
      webhook_url_override: hooks.url,
    });
    expect(await customer.authorize(key, { token: data.token })).toBe(id);
    expect(await customer.who(key, id)).not.toBe(before);
    await hooks.expect(key, { operation: 'override', success: true, connectionId: id, authMode: 'OAUTH2' });
    await hooks.close();
  });
});

describe('a token that is nearly over', () => {
  it('is renewed once, for all who ask at the same time', async () => {
    const calls = await counting('oauth2.rotating.refresh_token', 'oauth2.rotating.reused');
    const key = await integration('rotating');
    const id = await customer.authorize(key);
    await untilDue();
    const tokens = await Promise.all(Array.from({ length: 20 }, () => customer.nango.getToken(key, id)));
    expect(new Set(tokens).size).toBe(1);
    expect(await customer.who(key, id)).toMatch(/^user-/);
    expect(await calls()).toEqual([1, 0]);
  });

  it('is renewed as often as it takes, each refresh token used once', async () => {
    const calls = await counting('oauth2.short.refresh_token', 'oauth2.short.reused');
    const key = await integration('short');
    const id = await customer.authorize(key);
    const tokens = [];
    for (let turn = 0; turn < 3; turn += 1) {
      await untilDue();
      tokens.push(await customer.nango.getToken(key, id));
    }
    expect(new Set(tokens).size).toBe(3);
    expect(await calls()).toEqual([3, 0]);
  });

  it('is renewed by the proxy too', async () => {
    const calls = await counting('oauth2.due.refresh_token');
    const key = await integration('due');
    const id = await customer.authorize(key);
    await untilDue();
    await customer.who(key, id);
    expect(await calls()).toEqual([1]);
  });

  it('stays where there is nothing to renew it with', async () => {
    const key = await integration('no-refresh');
    const id = await customer.authorize(key);
    const token = await customer.nango.getToken(key, id);
    await untilDue();
    expect(await customer.nango.getToken(key, id)).toBe(token);
    expect(await customer.nango.getToken(key, id, true)).toBe(token);
  });

  it('of unknown end is renewed when it is told to, and not before', async () => {
    const calls = await counting('oauth2.no-expiry.refresh_token');
    const key = await integration('no-expiry');
    const id = await customer.authorize(key);
    const connection = await customer.connection(key, id);
    expect(connection.credentials).not.toHaveProperty('expires_at');
    expect(await calls()).toEqual([0]);
    expect(await customer.nango.getToken(key, id, true)).not.toBe(connection.credentials['access_token']);
    expect(await calls()).toEqual([1]);
  });
});

describe('a dialect', () => {
  it.concurrent.each(['string-expiry', 'form', 'nested', 'ok-false', 'wrong-type', 'due'])(
    'such as %s is understood, on renewal too',
    async (dialect) => {
      const calls = await counting(`oauth2.${dialect}.refresh_token`);
      const key = await integration(dialect);
      const id = await customer.authorize(key);
      await untilDue();
      expect(await customer.who(key, id)).toMatch(/^user-/);
      const { credentials: given, connection_config: config } = await customer.connection(key, id);
      expect(Date.parse(given['expires_at'] as string) - Date.now()).toBeGreaterThan(3_000_000);
      expect(await calls()).toEqual([1]);
      if (dialect === 'nested') expect(config).toMatchObject({ 'team.id': 'T1' });
    },
  );
});

describe('a flow', () => {
  it('ends where the user says no', async () => expectDenial(await integration('plain'), 'OAUTH2'));

  it('ends where the client’s secret is wrong', async () => {
    for (const dialect of ['plain', 'ok-false']) {
      const key = await integration(dialect, { client_secret: await wrongSecret() });
      const { outcome, landing } = await customer.flow(key);
      expect(outcome).toMatchObject({ message_type: 'error', error_type: 'token_err' });
      expect([landing.status, landing.text.includes('invalid_client')]).toEqual([400, true]);
    }
  });

  it('needs a state that is known, new and in time', async () => expectStateGuards(await integration('plain')));

  it('ends in the browser it was begun in', async () => expectOtherBrowserRefused(await integration('plain')));

  it('needs a session for it', async () => expectSessionGuards(await integration('plain')));

  it('asks for values that its addresses need', async () => {
    const key = await customer.integration('farm-oidc-tenant', { credentials });
    const { outcome } = await customer.flow(key);
    expect(outcome).toMatchObject({
      message_type: 'error',
      error_type: 'url_param_err',
      error_desc: expect.stringContaining('tenant'),
    });
  });
});

it.each(['rotating', 'ok-false'])('access that is taken away and given back is told (%s)', async (dialect) => {
  const key = await integration(dialect);
  await expectRevocationStory({
    key,
    connect: (options) => customer.authorize(key, options),
    who: (id) => customer.who(key, id),
  });
});

it('carries the developer’s settings through the session, above what the page asks for', async () => {
  const key = await integration('plain');
  const defaults = {
    [key]: { authorization_params: { login_hint: 'ada' }, connection_config: { oauth_scopes_override: 'admin' } },
  };
  const token = await customer.session({ integrations_config_defaults: defaults });
  const query = new URLSearchParams({ connect_session_token: token, 'authorization_params[login_hint]': 'eve' });
  const reply = await fetch(`${stack.baseUrl}/oauth/connect/${key}?${query.toString()}`, { redirect: 'manual' });
  const { searchParams } = new URL(reply.headers.get('location') ?? '');
  expect([searchParams.get('login_hint'), searchParams.get('scope')]).toEqual(['ada', 'admin']);
  expect([searchParams.get('code_challenge_method'), searchParams.get('code_challenge')]).toEqual(['S256', expect.any(String)]);
});
