import { generateKeyPairSync } from 'node:crypto';
import { decodeJwt, jwtVerify } from 'jose';
import { afterAll, describe, expect, it } from 'vitest';
import type { Credentials } from '#libs/auth-modes';
import type { Provider } from '#libs/providers';
import { openHttp, startUpstream, subjectOf } from '#libs/testing';
import { endOfSaml } from './domain/saml-assertion.js';
import { mintedModes } from './minted-modes.js';
import { errorOf, ODD_ANSWERS, type Reply } from './test-minted.js';

const http = openHttp({ timeoutMs: 2_000 });
const mode = mintedModes(http).TWO_STEP;
const server = await startUpstream();
afterAll(async () => {
  await http.close();
  await server.close();
});

const field = (own: object = {}) => ({ type: 'string', title: 't', description: 'd', ...own }) as const;
const GIVEN = { user: 'ada', password: 'hush-hush' };
const entry = (own: Partial<Provider> = {}): Partial<Provider> => ({
  auth_mode: 'TWO_STEP',
  token_url: `${server.url}/login`,
  token_params: { user: '${credentials.user}', password: '${credentials.password}' },
  token_response: { token: 'data.token', token_expiration: 'data.ttl', token_expiration_strategy: 'expireIn' },
  credentials: { user: field(), password: field({ secret: true }) },
  ...own,
});
const subject = (own?: Partial<Provider>, config: object = {}, custom: Record<string, string> = {}) =>
  subjectOf(entry(own), { ...config }, { credentials: null, custom });
const on = (path: string, reply: Reply, method = 'POST') => server.on(method, path, () => reply);
const OK = { body: { data: { token: 'token-1', ttl: 3600 } } };
const sent = (back = 1) => server.requests.at(-back)!;
const lifeOf = ({ expires_at: end }: Credentials) => Math.round((Date.parse(String(end)) - Date.now()) / 1000);
const renewedBy = async (provider: ReturnType<typeof subject>, credentials: Credentials) =>
  (await mode.refresh(provider, credentials))!.credentials;

describe('a login', () => {
  it('gives a token, which is kept with what was typed', async () => {
    on('/login', { ...OK, status: 201 });
    const { credentials, connectionConfig } = await mode.mint(subject(), { type: 'TWO_STEP', ...GIVEN });
    expect(credentials).toEqual({
      type: 'TWO_STEP',
      ...GIVEN,
      token: 'token-1',
      expires_at: expect.any(String) as string,
      raw: OK.body,
    });
    expect(lifeOf(credentials)).toBeCloseTo(3600, -1);
    expect(connectionConfig).toEqual({});
    expect(sent().json).toEqual(GIVEN);
  });

  it('may be a GET, a form or XML', async () => {
    on('/login', OK);
    on('/login', OK, 'GET');
    await mode.mint(subject({ token_request_method: 'GET' }), GIVEN);
    expect(sent()).toMatchObject({ method: 'GET', query: GIVEN, text: '' });
    await mode.mint(subject({ body_format: 'form' }), GIVEN);
    expect(Object.fromEntries(new URLSearchParams(sent().text))).toEqual(GIVEN);
    on('/login', { body: '<?xml version="1.0"?><r ok="1"><auth><id kind="s">007</id></auth></r>' });
    const xml = {
      body_format: 'xml',
      token_params: { request: { $v: '3', login: { userid: '${credentials.user}', pw: '${credentials.password}' } } },
      token_response: { token: 'r.auth.id' },
    } as const;
    const { credentials } = await mode.mint(subject(xml), { ...GIVEN, password: '<hush>' });
    expect(sent().text).toContain('<request v="3"><login><userid>ada</userid><pw>&lt;hush&gt;</pw></login></request>');
    expect(sent().headers['content-type']).toBe('application/xml');
    expect(credentials).toMatchObject({ token: '007', raw: { r: { $ok: '1', auth: { id: { '#text': '007', $kind: 's' } } } } });
  });

  it('uses what the integration has set, and keeps nothing of it', async () => {
    on('/login', OK);
    const provider = {
      integration_config: { appKey: field({ secret: true }) },
      token_headers: { 'x-app': '${credentials.appKey}', authorization: 'Basic ${base64(${credentials.user}:x)}' },
    };
    const minted = await mode.mint(subject(provider, {}, { appKey: 'preset' }), { ...GIVEN, appKey: 'typed' });
    expect(sent().headers).toMatchObject({ 'x-app': 'preset', authorization: 'Basic YWRhOng=' });
    expect(JSON.stringify(minted)).not.toMatch(/preset|typed/);
    await renewedBy(subject(provider, {}, { appKey: 'changed' }), minted.credentials);
    expect(sent().headers['x-app']).toBe('changed');
    expect(await errorOf(mode.mint(subject(provider), GIVEN))).toMatchObject({ issues: [{ path: ['appKey'] }] });
  });

  it('keeps headers and cookies that are credentials, and no cookie in place of an input', async () => {
    const headers = { 'x-csrf': 'csrf-1', 'set-cookie': 'SID=abc; Path=/' };
    on('/login', { ...OK, headers });
    const provider = { token_response_headers: ['x-csrf', 'set-cookie'] };
    const { credentials } = await mode.mint(subject(provider), GIVEN);
    expect(credentials).toMatchObject({ 'x-csrf': 'csrf-1', SID: 'abc', _cookies: 'SID=abc' });
    on('/login', { ...OK, headers: { 'set-cookie': 'SID=def' } });
    expect(await renewedBy(subject(provider), credentials)).toMatchObject({ SID: 'def', _cookies: 'SID=def', ...GIVEN });
    on('/login', { ...OK, headers: { 'set-cookie': 'password=stolen' } });
    expect((await mode.mint(subject(provider), GIVEN)).credentials['password']).toBe('hush-hush');
  });

  it('may find its token in a cookie', async () => {
    on('/login', { body: {}, headers: { 'set-cookie': 'SID=abc; Path=/' } });
    const provider = { token_response: { token: 'SID' }, token_response_headers: ['set-cookie'] };
    expect((await mode.mint(subject(provider), GIVEN)).credentials).toMatchObject({ token: 'abc' });
  });

  it('tells of the connection what the catalogue asks for', async () => {
    on('/login', { body: { data: { token: 't' }, instance_url: 'https://x' } });
    const { connectionConfig } = await mode.mint(subject({ token_response_metadata: ['instance_url'] }), GIVEN);
    expect(connectionConfig).toEqual({ instance_url: 'https://x' });
  });

  it('fills in what the catalogue has for what was left empty', async () => {
    on('/login', OK);
    const provider = {
      credentials: { ...entry().credentials, site: field({ optional: true, default_value: '' }) },
      token_params: { site: { url: '${credentials.site}' }, platform: '${connectionConfig.platform} || base' },
    };
    await mode.mint(subject(provider, { platform: '' }), GIVEN);
    expect(sent().json).toEqual({ site: { url: '' }, platform: 'base' });
  });
});

describe('a login in several steps', () => {
  const steps = (): Partial<Provider> => ({
    token_response: { token: 'session.id' },
    additional_steps: [
      {
        token_url: `${server.url}/second`,
        token_params: { first: '${step1.data.token}', user: '${credentials.user}' },
        token_headers: { authorization: 'Bearer ${step1.data.token}' },
        body_format: 'form',
      },
      { token_url: `${server.url}/third/\${step2.next}`, token_request_method: 'GET' },
    ],
  });

  it('makes one call after the other, each with the answers before it', async () => {
    on('/login', OK);
    on('/second', { body: { next: 'door 3' } });
    on('/third/door%203', { body: { session: { id: 'session-1' } } }, 'GET');
    const { credentials } = await mode.mint(subject(steps()), GIVEN);
    expect(credentials).toMatchObject({ token: 'session-1', raw: { session: { id: 'session-1' } } });
    expect(sent(2)).toMatchObject({ text: 'first=token-1&user=ada', headers: { authorization: 'Bearer token-1' } });
  });

  it('ends where an answer lacks what the next one needs, or is none', async () => {
    on('/login', { body: {} });
    const before = server.requests.length;
    const error = await errorOf(mode.mint(subject(steps()), GIVEN));
    expect(error).toMatchObject({ code: 'token_err', message: expect.stringContaining('step1.data.token') as string });
    expect(server.requests.length - before).toBe(1);
    on('/login', OK);
    on('/second', { status: 403, body: { message: 'token-1 may not' } });
    const refused = await errorOf(mode.mint(subject(steps()), GIVEN));
    expect(refused.message).toBe('The provider refused the credentials: [redacted] may not');
  });
});

describe('a login by signature', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = (type: 'pkcs1' | 'pkcs8') => privateKey.export({ type, format: 'pem' }) as string;
  const signing = (): Partial<Provider> => ({
    signature: { protocol: 'RSA' },
    token: {
      signing_key: '${credentials.privateKey}',
      expires_in_ms: 180_000,
      header: { alg: 'RS256' },
      payload: { iss: '${credentials.user}', sub: '${credentials.delegate}', aud: '${connectionConfig.host}' },
    },
    token_params: { assertion: '${token}' },
    body_format: 'form',
    credentials: { user: field(), privateKey: field({ secret: true }), delegate: field({ optional: true }) },
  });

  it('sends a JWT that is new each time', async () => {
    on('/login', OK);
    const provider = subject(signing(), { host: 'audience' });
    const { credentials } = await mode.mint(provider, { user: 'ada', privateKey: pem('pkcs1'), delegate: '' });
    const jwt = new URLSearchParams(sent().text).get('assertion')!;
    const { payload } = await jwtVerify(jwt, publicKey, { issuer: 'ada', audience: 'audience' });
    expect(payload).not.toHaveProperty('sub');
    expect(payload.exp! - payload.iat!).toBe(180);
    expect(JSON.stringify(credentials)).not.toContain(jwt);
    await renewedBy(provider, credentials);
    expect(decodeJwt(new URLSearchParams(sent().text).get('assertion')!).iss).toBe('ada');
  });

  it('is not made with a key that is none', async () => {
    const error = await errorOf(mode.mint(subject(signing()), { user: 'ada', privateKey: 'no key' }));
    expect(error).toMatchObject({ code: 'invalid_body', issues: [{ path: ['privateKey'] }] });
  });

  const asserting = (lifetimeInSeconds: number | string): Partial<Provider> => ({
    assertion: {
      type: 'jwt',
      key: '${credentials.privateKey}',
      lifetimeInSeconds,
      header: { alg: 'PS256', kid: '${credentials.user}' },
      payload: { iss: '${credentials.user}', scope: ['rest'] },
    },
    token_params: { client_assertion: '${assertion}', again: '${credentials.assertion}' },
    credentials: { user: field(), privateKey: field({ secret: true }) },
  });

  it('keeps an assertion, and uses it until its last minute', async () => {
    on('/login', OK);
    const input = { user: 'ada', privateKey: pem('pkcs8') };
    const { credentials } = await mode.mint(subject(asserting('3600')), input);
    const assertion = String(credentials['assertion']);
    const { protectedHeader, payload } = await jwtVerify(assertion, publicKey);
    expect([protectedHeader, payload.scope, payload.exp! - payload.iat!]).toEqual([{ alg: 'PS256', kid: 'ada' }, ['rest'], 3600]);
    expect(sent().json).toEqual({ client_assertion: assertion, again: assertion });
    expect((await renewedBy(subject(asserting(3600)), credentials))['assertion']).toBe(assertion);
    const short = (await mode.mint(subject(asserting(59)), input)).credentials;
    expect((await renewedBy(subject(asserting(3600)), short))['assertion']).not.toBe(short['assertion']);
  });

  const saml = (): Partial<Provider> => ({
    assertion: {
      key: '${assertionOption.privateKey}',
      issuer: '${credentials.user}',
      nameIdentifier: '${assertionOption.person}',
      audiences: 'www.successfactors.com',
      recipient: '${connectionConfig.host}/oauth/token',
      attributes: { api_key: '${credentials.user}' },
      lifetimeInSeconds: 300,
    },
    assertion_option: { privateKey: field({ secret: true }), person: field() },
    token_params: { assertion: '${assertion}' },
    body_format: 'form',
  });

  it('sends a SAML assertion made of what is never kept', async () => {
    on('/login', OK);
    const assertionOption = { privateKey: pem('pkcs1'), person: 'ada@example.com' };
    const { credentials } = await mode.mint(subject(saml(), { host: 'https://x' }), { ...GIVEN, assertionOption });
    const assertion = new URLSearchParams(sent().text).get('assertion')!;
    expect(credentials['assertion']).toBe(assertion);
    expect(Buffer.from(assertion, 'base64').toString()).toMatch(
      /<ds:SignatureValue>.+ada@example\.com<.*Recipient="https:\/\/x\/oauth\/token"/,
    );
    expect(endOfSaml(assertion)!.getTime() - Date.now()).toBeCloseTo(300_000, -4);
    expect(JSON.stringify(credentials)).not.toMatch(/PRIVATE KEY/);
    expect((await renewedBy(subject(saml()), credentials))['assertion']).toBe(assertion);
  });

  it.each([
    [{}, 'assertionOption.privateKey'],
    [{ privateKey: 'no key', person: 'x' }, 'assertionOption.privateKey'],
  ])('names what the assertion lacks: %j', async (assertionOption, path) => {
    const error = await errorOf(mode.mint(subject(saml()), { ...GIVEN, assertionOption }));
    expect(error.code).toBe('invalid_body');
    expect(error.issues?.[0]?.path.join('.')).toBe(path);
  });

  it('tells when an assertion that has ended cannot be made again', async () => {
    const old = { type: 'TWO_STEP', ...GIVEN, assertion: 'ended' };
    expect(await errorOf(mode.refresh(subject(saml()), old))).toMatchObject({
      code: 'refresh_token_external_error',
      message: expect.stringContaining('assertionOption.person is required') as string,
      payload: { permanent: false },
    });
  });
});

describe('renewing', () => {
  const refreshing = (): Partial<Provider> => ({
    refresh_url: `${server.url}/refresh`,
    refresh_token_params: { r: '${refresh_token}' },
    refresh_token_headers: { 'x-refresh': '1' },
    token_response: { token: 'data.token', refresh_token: 'data.refresh' },
    token_expires_in_ms: 600_000,
  });
  const OLD = {
    type: 'TWO_STEP',
    ...GIVEN,
    token: 'old',
    refresh_token: 'refresh-1',
    expires_at: '2020-01-01T00:00:00.000Z',
    raw: {},
  };

  it('is another login where there is no refresh token', async () => {
    on('/login', OK);
    const { refresh_token: _none, ...old } = OLD;
    expect(await renewedBy(subject(refreshing()), old)).toMatchObject({ ...GIVEN, token: 'token-1' });
    expect(sent().json).toEqual(GIVEN);
  });

  it('uses the refresh token, and keeps it where no new one is given', async () => {
    on('/refresh', { body: { data: { token: 'token-2' } } });
    const renewed = await renewedBy(subject(refreshing()), OLD);
    expect(renewed).toMatchObject({ ...GIVEN, token: 'token-2', refresh_token: 'refresh-1' });
    expect(lifeOf(renewed)).toBeCloseTo(600, -1);
    expect(sent()).toMatchObject({ path: '/refresh', json: { r: 'refresh-1' }, headers: { 'x-refresh': '1' } });
    on('/refresh', { body: { data: { token: 'token-3', refresh: 'refresh-2' } } });
    expect(await renewedBy(subject(refreshing()), renewed)).toMatchObject({ token: 'token-3', refresh_token: 'refresh-2' });
  });

  it('logs in where the refresh token is refused', async () => {
    on('/refresh', { status: 401, body: { error: 'invalid_grant' } });
    on('/login', { body: { data: { token: 'token-4', refresh: 'refresh-4' } } });
    expect(await renewedBy(subject(refreshing()), OLD)).toMatchObject({ token: 'token-4', refresh_token: 'refresh-4' });
  });

  it('does not where the provider is ill: the refresh token may still be good', async () => {
    on('/refresh', { status: 503, body: 'busy' });
    const before = server.requests.length;
    expect(await errorOf(mode.refresh(subject(refreshing()), OLD))).toMatchObject({
      code: 'refresh_token_external_error',
      payload: { status: 503, permanent: false },
    });
    expect(server.requests.length - before).toBe(1);
  });

  it('tells of the login where that is refused too', async () => {
    on('/refresh', { status: 401, body: { error: 'invalid_grant' } });
    on('/login', { status: 401, body: { error: 'bad_password', message: 'hush-hush of ada is wrong' } });
    expect(await errorOf(mode.refresh(subject(refreshing()), OLD))).toMatchObject({
      message: 'The provider did not renew the token: bad_password: [redacted] of ada is wrong',
      payload: { status: 401, permanent: false },
    });
  });
});

describe('an answer', () => {
  it.each(ODD_ANSWERS)('%s', async (_what, reply, mintError, refreshError) => {
    on('/login', reply);
    expect(await errorOf(mode.mint(subject(), GIVEN))).toMatchObject(mintError);
    expect(await errorOf(mode.refresh(subject(), { type: 'TWO_STEP', ...GIVEN }))).toMatchObject(refreshError);
  });

  it.each([
    ['no end', { token: 'data.token' }, undefined, 99 * 365 * 86_400],
    ['no end, and the catalogue a lifetime', { token: 'data.token' }, 60_000, 60],
    ['an end in days', { token: 'data.token', token_expiration: 'data.days' }, undefined, 86_400 + 7200 + 180],
  ])('that tells %s', async (_what, token_response, token_expires_in_ms, life) => {
    on('/login', { body: { data: { token: 't', days: '1:02:03' } } });
    const { credentials } = await mode.mint(subject({ token_response, token_expires_in_ms }), GIVEN);
    expect(lifeOf(credentials)).toBeGreaterThanOrEqual(life - 5);
    expect(lifeOf(credentials)).toBeLessThan(life + 30 * 86_400);
  });

  it('whose token never ends says nothing of an end', async () => {
    on('/login', { body: { data: { token: 't' } } });
    const { credentials } = await mode.mint(subject({ token_expires_in_ms: 0 }), GIVEN);
    expect(credentials).not.toHaveProperty('expires_at');
  });
});

describe('what is missing', () => {
  it('is named before anybody is asked', async () => {
    const before = server.requests.length;
    expect(await errorOf(mode.mint(subject(), { user: 'ada' }))).toMatchObject({
      code: 'invalid_body',
      issues: [{ path: ['password'], message: 'is required' }],
    });
    const elsewhere = subject({ token_url: 'https://${connectionConfig.host}/login' });
    expect(await errorOf(mode.mint(elsewhere, GIVEN))).toMatchObject({ code: 'url_param_err', payload: { missing: ['host'] } });
    expect(server.requests.length).toBe(before);
  });
});
