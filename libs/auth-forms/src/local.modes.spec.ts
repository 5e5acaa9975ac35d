import { createHash, generateKeyPairSync } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import type { Provider } from '#libs/providers';
import { subjectOf } from '#libs/testing';
import { jwtMode } from './jwt.mode.js';
import { renewing } from './renewal.js';
import { signatureMode } from './signature.mode.js';
import { storedModes } from './stored.modes.js';
import { tbaMode } from './tba.mode.js';
import { errorOf } from './test-minted.js';

const field = (own: object = {}) => ({ type: 'string', title: 't', description: 'd', ...own }) as const;
const MINUTE = 60_000;

describe('credentials that are used as they were typed', () => {
  it.each([
    ['API_KEY', { apiKey: 'k', more: 'x' }, { type: 'API_KEY', apiKey: 'k' }],
    ['BASIC', { username: 'u', password: '' }, { type: 'BASIC', username: 'u', password: '' }],
    ['NONE', {}, { type: 'NONE' }],
  ] as const)('%s', async (mode, input, credentials) => {
    expect(await storedModes[mode].mint!(subjectOf({}), input)).toEqual({ credentials });
    expect(storedModes[mode]).not.toHaveProperty('refresh');
  });

  it.each([
    ['API_KEY', {}, ['apiKey']],
    ['API_KEY', { apiKey: '' }, ['apiKey']],
    ['API_KEY', { apiKey: 7 }, ['apiKey']],
    ['BASIC', { username: 'u' }, ['password']],
    ['BASIC', {}, ['username', 'password']],
  ] as const)('%s of %j lacks something, which is named', async (mode, input, names) => {
    const error = await errorOf(storedModes[mode].mint!(subjectOf({}), input));
    expect(error).toMatchObject({ code: 'invalid_body', status: 400, issues: names.map((name) => ({ path: [name] })) });
    expect(error.message).toContain(names[0]);
  });

  it('are as the catalogue wants them, with its defaults', async () => {
    const provider = { credentials: { username: field({ pattern: '^[0-9]+$' }), password: field({ default_value: '' }) } };
    expect((await storedModes.BASIC.mint!(subjectOf(provider), { username: '1' })).credentials).toMatchObject({ password: '' });
    const error = await errorOf(storedModes.BASIC.mint!(subjectOf(provider), { username: 'u' }));
    expect(error).toMatchObject({ code: 'invalid_body', issues: [{ path: ['username'] }] });
  });
});

describe('TBA', () => {
  const TOKEN = { token_id: 'id', token_secret: 'secret' };
  const ACCOUNT = { accountId: '123-sb1' };
  const client = { type: 'TBA', client_id: 'consumer', client_secret: 'consumer-secret' };
  const subject = (credentials: typeof client | null = client, config: object = ACCOUNT) =>
    subjectOf({}, { ...config }, { credentials });

  it('is kept as it was typed, beside the consumer of the integration', async () => {
    expect(await tbaMode.mint!(subject(), TOKEN)).toEqual({
      credentials: { type: 'TBA', ...TOKEN },
      connectionConfig: { oauth_client_id: 'consumer', oauth_client_secret: 'consumer-secret' },
    });
  });

  it('may have a consumer of its own, in part too', async () => {
    const own = { oauth_client_id_override: 'mine', oauth_client_secret_override: 'my-secret' };
    expect(await tbaMode.mint!(subject(null), { ...TOKEN, ...own })).toEqual({
      credentials: { type: 'TBA', ...TOKEN, config_override: { client_id: 'mine', client_secret: 'my-secret' } },
      connectionConfig: {},
    });
    const part = await tbaMode.mint!(subject(), { ...TOKEN, oauth_client_id_override: 'mine', oauth_client_secret_override: '' });
    expect(part.credentials['config_override']).toEqual({ client_id: 'mine' });
  });

  it('needs an account, a token and a consumer', async () => {
    expect(await errorOf(tbaMode.mint!(subject(client, {}), TOKEN))).toMatchObject({
      code: 'invalid_body',
      issues: [{ path: ['connection_config', 'accountId'] }],
    });
    expect(await errorOf(tbaMode.mint!(subject(), { token_id: 'x' }))).toMatchObject({ issues: [{ path: ['token_secret'] }] });
    expect(await errorOf(tbaMode.mint!(subject(null), TOKEN))).toMatchObject({ code: 'provider_config_err' });
  });
});

describe('WSSE', () => {
  const provider: Partial<Provider> = { signature: { protocol: 'WSSE' }, token: { expires_in_ms: 5 * MINUTE } };
  const GIVEN = { username: 'acme001', password: 'hush' };

  it('is a token of name and secret, good for its lifetime', async () => {
    const before = Date.now();
    const { credentials } = await signatureMode.mint(subjectOf(provider), { ...GIVEN, type: 'SIGNATURE' });
    expect(credentials).toMatchObject({ type: 'SIGNATURE', ...GIVEN });
    const [, name, digest, nonce, created] =
      /^UsernameToken Username="(.*)", PasswordDigest="(.*)", Nonce="([0-9a-f]{32})", Created="(.*)"$/.exec(
        String(credentials['token']),
      )!;
    const sha1 = createHash('sha1').update(`${nonce}${created}hush`).digest('hex');
    expect([name, digest]).toEqual(['acme001', Buffer.from(sha1).toString('base64')]);
    expect(Date.parse(String(credentials['expires_at'])) - Date.parse(created!)).toBe(5 * MINUTE);
    expect(Date.parse(created!)).toBeGreaterThanOrEqual(before);
  });

  it('is made anew when it is due', async () => {
    const { credentials } = await signatureMode.mint(subjectOf(provider), GIVEN);
    const renewed = await signatureMode.refresh(subjectOf(provider), credentials);
    expect(renewed?.credentials).toMatchObject(GIVEN);
    expect(renewed?.credentials['token']).not.toBe(credentials['token']);
  });

  it('needs both', async () => {
    const error = await errorOf(signatureMode.mint(subjectOf(provider), { username: 'x', password: '' }));
    expect(error).toMatchObject({ code: 'invalid_body', issues: [{ path: ['password'] }] });
  });
});

describe('a JWT of the user’s key', () => {
  const ghost: Partial<Provider> = {
    signature: { protocol: 'HMAC', hmac_secret_encoding: 'hex' },
    token: {
      signing_key: '${credentials.privateKey.secret}',
      expires_in_ms: 5 * MINUTE,
      header: { alg: 'HS256', kid: '${credentials.privateKey.id}' },
      payload: { aud: '/admin/' },
    },
    credentials: { privateKey: field({ pattern: '^[a-f0-9]{4}:[a-f0-9]{64}$', secret: true }) },
  };
  const key = { id: 'ab12', secret: 'cd'.repeat(32) };

  it('is kept with what was typed, a key of two parts taken apart', async () => {
    const input = { type: 'JWT', privateKey: `${key.id}:${key.secret}`, note: 'n', token: 'typed' };
    const { credentials } = await jwtMode.mint(subjectOf(ghost), input);
    expect(credentials).toMatchObject({ type: 'JWT', privateKey: key, note: 'n' });
    const token = String(credentials['token']);
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256', kid: 'ab12' });
    const { exp, iat, ...claims } = decodeJwt(token);
    expect([claims, exp! - iat!]).toEqual([{ aud: '/admin/' }, 300]);
    expect(Date.parse(String(credentials['expires_at'])) / 1000 - exp!).toBeLessThan(1);
  });

  it('may be given in its parts', async () => {
    expect((await jwtMode.mint(subjectOf(ghost), { privateKey: key })).credentials).toMatchObject({ privateKey: key });
  });

  it('is built again when it is due', async () => {
    const { credentials } = await jwtMode.mint(subjectOf(ghost), { privateKey: key });
    const old = { ...credentials, token: 'old', expires_at: '2020-01-01T00:00:00.000Z' };
    const stricter = { ...ghost, credentials: { ...ghost.credentials, more: field() } };
    const renewed = await jwtMode.refresh(subjectOf(stricter), old);
    expect(renewed?.credentials).toMatchObject({ type: 'JWT', privateKey: key });
    expect(decodeJwt(String(renewed?.credentials['token'])).aud).toBe('/admin/');
    expect(Date.parse(String(renewed?.credentials['expires_at']))).toBeGreaterThan(Date.now());
  });

  it('is not built of a key that is none', async () => {
    expect(await errorOf(jwtMode.mint(subjectOf(ghost), {}))).toMatchObject({ issues: [{ path: ['privateKey'] }] });
    expect(await errorOf(jwtMode.mint(subjectOf(ghost), { privateKey: 'nonsense' }))).toMatchObject({
      code: 'invalid_body',
      issues: [{ path: ['privateKey'], message: expect.stringContaining('must match') as string }],
    });
  });

  it('knows what the connection is about', async () => {
    const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'sec1', format: 'pem' });
    const provider: Partial<Provider> = {
      signature: { protocol: 'EC' },
      token: {
        signing_key: '${credentials.key}',
        header: { alg: 'ES256' },
        payload: { scope: ['${connectionConfig.scope}'], iss: '${connectionConfig.none}' },
      },
    };
    const { credentials } = await jwtMode.mint(subjectOf(provider, { scope: 'a,b' }), { key: pem });
    const claims = decodeJwt(String(credentials['token']));
    expect(claims).toMatchObject({ scope: ['a', 'b'] });
    expect(claims).not.toHaveProperty('iss');
  });
});

describe('a renewal that fails for whatever reason', () => {
  it('is told as one, with the reason', async () => {
    const renewal = renewing(signatureMode).refresh(subjectOf({}), { type: 'SIGNATURE', username: 'u' });
    expect(await errorOf(Promise.resolve(renewal))).toMatchObject({
      code: 'refresh_token_external_error',
      message: 'The token could not be renewed: password is required',
      payload: { code: 'invalid_body', permanent: false },
    });
  });

  it('unless it is a mistake of ours', async () => {
    const mistake = new RangeError('oops');
    const broken = { ...signatureMode, refresh: () => Promise.reject(mistake) };
    await expect(renewing(broken).refresh(subjectOf({}), { type: 'SIGNATURE' })).rejects.toBe(mistake);
    expect(renewing(broken).isRenewable(subjectOf({}), { type: 'SIGNATURE' })).toBe(true);
  });
});
