import { afterAll, describe, expect, it } from 'vitest';
import { decodeJwt, exportPKCS8, generateKeyPair } from 'jose';
import type { Credentials, FinishRequest } from '#libs/auth-modes';
import type { Provider } from '#libs/providers';
import { openHttp, startUpstream, subjectOf } from '#libs/testing';
import { codeChallenge } from './domain/pkce.js';
import { OAuth2Mode } from './oauth2.mode.js';

const http = openHttp({ timeoutMs: 1_000 });
const mode = new OAuth2Mode(http);
const server = await startUpstream();
afterAll(async () => {
  await http.close();
  await server.close();
});

const entry = (own: Partial<Provider> = {}): Partial<Provider> => ({
  authorization_url: `${server.url}/authorize`,
  token_url: `${server.url}/token`,
  ...own,
});
const BEGIN = { callbackUrl: 'https://app/cb', state: 's', clientName: 'Acme' };
const back = (own: Partial<FinishRequest> = {}): FinishRequest => ({
  callbackUrl: 'https://app/cb',
  memory: { codeVerifier: 'v'.repeat(43) },
  query: { code: 'c-123', state: 's' },
  ...own,
});
const answer = (body: unknown, status = 200) => server.on('POST', '/token', () => ({ status, body }));
const sent = () => {
  const { text, headers, query, json } = server.requests.at(-1)!;
  return { form: Object.fromEntries(new URLSearchParams(text)), authorization: headers['authorization'], query, json };
};
const failing = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (error: unknown) => error,
  );

describe('beginning', () => {
  it('sends the browser with the challenge of what is remembered', async () => {
    const { url, memory } = await mode.begin(subjectOf(entry()), BEGIN);
    const params = Object.fromEntries(new URL(url).searchParams);
    expect(params).toMatchObject({ client_id: 'client-id', scope: 'read write', state: 's', redirect_uri: 'https://app/cb' });
    expect(params['code_challenge']).toBe(codeChallenge(String(memory['codeVerifier'])));
    expect(await mode.begin(subjectOf(entry({ disable_pkce: true })), BEGIN)).toMatchObject({ memory: {} });
  });

  it('takes client and scopes given for the connection', async () => {
    const config = { oauth_client_id_override: 'mine', oauth_scopes_override: 'a,b' };
    const { url } = await mode.begin(subjectOf(entry(), config), BEGIN);
    expect(Object.fromEntries(new URL(url).searchParams)).toMatchObject({ client_id: 'mine', scope: 'a b' });
  });

  it('asks for what the token URL will need, unless the provider tells it on the way back', async () => {
    const token_url = 'https://${connectionConfig.accounts}/token';
    await expect(mode.begin(subjectOf(entry({ token_url })), BEGIN)).rejects.toMatchObject({ code: 'url_param_err' });
    const told = entry({ token_url, redirect_uri_metadata: ['accounts'] });
    expect((await mode.begin(subjectOf(told), BEGIN)).url).toContain('/authorize?');
  });

  it('needs a client', async () => {
    const subject = subjectOf(entry(), {}, { credentials: null });
    await expect(mode.begin(subject, BEGIN)).rejects.toMatchObject({ code: 'provider_config_err' });
  });
});

describe('exchanging a code', () => {
  it('sends code, verifier and client in a form', async () => {
    answer({ access_token: 'at', refresh_token: 'rt', expires_in: 3600, token_type: 'bearer' });
    const before = Date.now();
    const { credentials } = await mode.finish(subjectOf(entry({ token_params: { audience: 'x' } })), back());
    expect(sent().form).toEqual({
      client_id: 'client-id',
      client_secret: 'secret-of-client',
      grant_type: 'authorization_code',
      code: 'c-123',
      redirect_uri: 'https://app/cb',
      audience: 'x',
      code_verifier: 'v'.repeat(43),
    });
    expect(credentials).toMatchObject({ type: 'OAUTH2', access_token: 'at', refresh_token: 'rt' });
    expect(credentials['raw']).toEqual({ access_token: 'at', refresh_token: 'rt', expires_in: 3600, token_type: 'bearer' });
    const expiry = Date.parse(String(credentials['expires_at']));
    expect(expiry).toBeGreaterThanOrEqual(before + 3_600_000);
  });

  it.each<[string, Partial<Provider>, Partial<ReturnType<typeof sent>>, string[]]>([
    [
      'in a strict header',
      { authorization_method: 'header' },
      { authorization: 'Basic Y2xpZW50JTI0OnNlY3JldC1vZi1jbGllbnQ=' },
      [],
    ],
    [
      'in a plain header and the body',
      { token_request_auth_method: 'basic' },
      { authorization: 'Basic Y2xpZW50JDpzZWNyZXQtb2YtY2xpZW50' },
      ['client_id', 'client_secret'],
    ],
    ['as user name and password', { token_request_auth_method: 'custom' }, {}, ['password', 'username']],
  ])('proves the client %s', async (_how, own, expected, fields) => {
    answer({ access_token: 'at' });
    const credentials = { type: 'OAUTH2', client_id: 'client$', client_secret: 'secret-of-client' };
    await mode.finish(subjectOf(entry(own), {}, { credentials }), back({ memory: {} }));
    expect(sent()).toMatchObject(expected);
    const usual = ['code', 'grant_type', 'redirect_uri'];
    expect(Object.keys(sent().form).toSorted()).toEqual([...fields, ...usual].toSorted());
  });

  it('proves the client by its private key', async () => {
    answer({ access_token: 'at' });
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const credentials = { type: 'OAUTH2', client_id: 'id', client_secret: await exportPKCS8(privateKey) };
    await mode.finish(subjectOf(entry({ token_request_auth_method: 'private_key_jwt' }), {}, { credentials }), back());
    const { client_assertion: assertion, client_secret: secret } = sent().form;
    expect(secret).toBeUndefined();
    expect(decodeJwt(assertion!)).toMatchObject({ iss: 'id', sub: 'id', aud: `${server.url}/token` });
  });

  it('writes the body as the provider reads it', async () => {
    answer({ access_token: 'at' });
    await mode.finish(subjectOf(entry({ body_format: 'json' })), back());
    expect(sent().json).toMatchObject({ code: 'c-123', client_id: 'client-id' });
    await mode.finish(subjectOf(entry({ body_format: 'query' })), back());
    expect(sent()).toMatchObject({ query: { code: 'c-123' }, form: {} });
  });

  it.each([
    ['a form', 'access_token=at&expires_in=60', {}],
    ['a token inside, as an object', { ok: true, authed_user: { access_token: 'at' } }, {}],
    ['a token inside, as text', { ok: true, authed_user: 'at' }, {}],
    ['no expiry', { access_token: 'at' }, {}],
  ])('reads %s', async (_what, body, own) => {
    answer(body);
    const provider = entry({ alternate_access_token_response_path: 'authed_user', ...own });
    expect((await mode.finish(subjectOf(provider), back())).credentials).toMatchObject({ access_token: 'at' });
  });

  it('tells what the catalogue wants kept of the answer and of the callback, which wins', async () => {
    answer({ access_token: 'at', team: { id: 'T1' }, is_bot: true, count: 3, region: 'eu', instance: 'i' });
    const provider = entry({
      token_response_metadata: ['team.id', 'is_bot', 'count', 'region', 'instance', 'absent'],
      redirect_uri_metadata: ['realmId', 'region'],
    });
    const query = { code: 'c', realmId: '42', region: 'us', other: 'x' };
    const { connectionConfig } = await mode.finish(subjectOf(provider), back({ query }));
    expect(connectionConfig).toEqual({ 'team.id': 'T1', is_bot: true, region: 'us', realmId: '42', instance: 'i' });
  });

  it('fills the token URL from the callback', async () => {
    answer({ access_token: 'at' });
    const provider = entry({
      token_url: '${connectionConfig.accounts-server}/token',
      redirect_uri_metadata: ['accounts-server'],
    });
    const { credentials } = await mode.finish(subjectOf(provider), back({ query: { code: 'c', 'accounts-server': server.url } }));
    expect(credentials['access_token']).toBe('at');
  });

  it('sends no secret to an address from the callback that does not look as declared', async () => {
    const field = {
      type: 'string',
      title: '',
      description: '',
      automated: true,
      pattern: '^https://accounts\\.zoho\\.[a-z.]+$',
    } as const;
    const provider = entry({
      token_url: '${connectionConfig.accounts-server}/token',
      redirect_uri_metadata: ['accounts-server'],
      connection_config: { 'accounts-server': field },
    });
    const before = server.requests.length;
    const query = { code: 'c', 'accounts-server': server.url };
    await expect(mode.finish(subjectOf(provider), back({ query }))).rejects.toMatchObject({ code: 'callback_err' });
    expect(server.requests.length).toBe(before);
  });

  it('moves what was given for this connection alone into its credentials', async () => {
    answer({ access_token: 'at', refresh_token: 'theirs' });
    const config = {
      oauth_client_id_override: 'mine',
      oauth_client_secret_override: 'my-secret',
      oauth_refresh_token_override: 'my-rt',
      oauth_scopes_override: 'a,b',
      kept: 1,
    };
    const minted = await mode.finish(subjectOf(entry(), config), back());
    expect(sent().form).toMatchObject({ client_id: 'mine', client_secret: 'my-secret' });
    expect(minted.credentials).toMatchObject({
      refresh_token: 'my-rt',
      raw: { access_token: 'at', refresh_token: 'my-rt' },
      config_override: { client_id: 'mine', client_secret: 'my-secret' },
    });
    expect({ ...config, ...minted.connectionConfig }).toEqual({
      oauth_client_id_override: undefined,
      oauth_client_secret_override: undefined,
      oauth_refresh_token_override: undefined,
      oauth_scopes_override: ['a', 'b'],
      overrideTokenRefresh: true,
      kept: 1,
    });
  });

  it('ends with the provider’s words when the user said no', async () => {
    const query = { error: 'access_denied', error_description: 'No thanks' };
    await expect(mode.finish(subjectOf(entry()), back({ query }))).rejects.toMatchObject({
      code: 'callback_err',
      message: 'The provider gave no access: access_denied: No thanks',
      payload: query,
    });
    await expect(mode.finish(subjectOf(entry()), back({ query: {} }))).rejects.toThrow('it came back without code');
  });

  it.each([
    [200, { ok: false, error: 'invalid_code' }, 'invalid_code'],
    [200, { error: 'bad_verification_code', error_description: 'The code c-123 is wrong' }, 'The code [redacted] is wrong'],
    [400, { error: 'invalid_client' }, 'invalid_client'],
    [429, 'slow down', 'it answered with status 429'],
    [200, { hello: 1 }, 'its answer holds no access token'],
  ])('ends as token_err after %i %j', async (status, body, words) => {
    answer(body, status);
    const error = await failing(mode.finish(subjectOf(entry()), back()));
    expect(error).toMatchObject({ code: 'token_err', message: expect.stringContaining(words) as string });
  });
});

describe('renewing', () => {
  const old: Credentials = { type: 'OAUTH2', access_token: 'old', refresh_token: 'rt-12345', expires_at: 'x', raw: {} };

  it('does nothing without a refresh token', async () => {
    expect(await mode.refresh(subjectOf(entry()), { type: 'OAUTH2', access_token: 'old' })).toBeNull();
  });

  it('asks at the token URL, and never with another grant type', async () => {
    answer({ access_token: 'new', refresh_token: 'rt-2', expires_in: 60 });
    const provider = entry({ token_params: { grant_type: 'authorization_code', extra: '1' } });
    expect((await mode.refresh(subjectOf(provider), old))?.credentials).toMatchObject({
      access_token: 'new',
      refresh_token: 'rt-2',
    });
    expect(sent().form).toEqual({
      client_id: 'client-id',
      client_secret: 'secret-of-client',
      grant_type: 'refresh_token',
      refresh_token: 'rt-12345',
      extra: '1',
    });
  });

  it('asks at the refresh URL with parameters of its own where there are any', async () => {
    server.on('POST', '/renew', () => ({ body: { access_token: 'new' } }));
    const provider = entry({ refresh_url: `${server.url}/renew`, refresh_params: { r: '1' }, token_params: { t: '1' } });
    await mode.refresh(subjectOf(provider), old);
    expect(sent().form).toMatchObject({ r: '1' });
    expect(sent().form['t']).toBeUndefined();
  });

  it('keeps the old refresh token and client, and no expiry that nobody told', async () => {
    answer({ access_token: 'new' });
    const own = { ...old, config_override: { client_id: 'mine', client_secret: 'my-secret' } };
    expect(await mode.refresh(subjectOf(entry()), own)).toEqual({
      credentials: {
        type: 'OAUTH2',
        access_token: 'new',
        refresh_token: 'rt-12345',
        raw: { access_token: 'new' },
        config_override: { client_id: 'mine', client_secret: 'my-secret' },
      },
    });
    expect(sent().form).toMatchObject({ client_id: 'mine', client_secret: 'my-secret' });
  });

  it.each([
    [400, { error: 'invalid_grant' }, true],
    [200, { ok: false, error: 'token_revoked' }, true],
    [503, { error: 'invalid_grant' }, false],
    [401, { error: 'invalid_client' }, false],
    [200, {}, false],
  ])('that fails with %i %j is permanent: %s', async (status, body, permanent) => {
    answer(body, status);
    const error = await failing(mode.refresh(subjectOf(entry()), old));
    expect(error).toMatchObject({ code: 'refresh_token_external_error', payload: { status, permanent } });
  });
});
