import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type JwtRules, jwtRules, signedJwt } from './signed-jwt.js';
import { scopeOf } from './template-values.js';

const NOW = new Date('2026-11-26T10:00:00.900Z');
const ISSUED_AT = Date.UTC(2026, 10, 26, 10) / 1000;
const pem = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1' = 'pkcs8') => key.export({ type, format: 'pem' }) as string;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

const RULES: JwtRules = {
  key: '${credentials.privateKey}',
  header: { typ: 'JWT' },
  payload: {},
  lifetimeMs: 900_000,
};
const build = (own: Partial<JwtRules>, credentials: Record<string, unknown>, connectionConfig: Record<string, unknown> = {}) =>
  signedJwt({ ...RULES, ...own }, scopeOf({ credentials, connectionConfig }, NOW, 'random-id'));

/** Read by hand, so that not the same library judges what it made (RFC 7515 §3.1, §5.2). */
const partsOf = (jwt: string) => {
  const [header = '', payload = '', signature = ''] = jwt.split('.');
  const parsed = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Record<string, unknown>;
  return {
    header: parsed(header),
    claims: parsed(payload),
    input: Buffer.from(`${header}.${payload}`),
    signature: Buffer.from(signature, 'base64url'),
  };
};

describe('a JWT made here', () => {
  it.each([
    ['PKCS #8', pem(rsa)],
    ['PKCS #1', pem(rsa, 'pkcs1')],
    ['typed-out line ends', pem(rsa).replaceAll('\n', String.raw`\n`)],
    ['one line', pem(rsa).replaceAll('\n', ' ')],
    ['a JWK', JSON.stringify(rsa.export({ format: 'jwk' }))],
  ])('of an RSA key as %s is one that its public key knows', async (_how, privateKey) => {
    const { header, input, signature } = partsOf(await build({ header: { alg: 'RS256', typ: 'JWT' } }, { privateKey }));
    expect(header).toEqual({ alg: 'RS256', typ: 'JWT' });
    expect(verify('sha256', input, createPublicKey(rsa), signature)).toBe(true);
  });

  it.each([
    ['sec1', pem(ec, 'sec1')],
    ['pkcs8', pem(ec)],
  ])('of an elliptic key (%s) is one that its public key knows, by the algorithm of its curve', async (_how, privateKey) => {
    const { header, input, signature } = partsOf(await build({}, { privateKey }));
    expect(header['alg']).toBe('ES256');
    expect(verify('sha256', input, { key: createPublicKey(ec), dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
  });

  it.each([
    ['hex', 'ab01ff'.repeat(12)],
    ['utf8', 'a secret, as it is, long enough!'],
  ] as const)('of a shared secret in %s is one that the secret makes', async (secretEncoding, privateKey) => {
    const { header, input, signature } = partsOf(await build({ secretEncoding, header: { alg: 'HS256' } }, { privateKey }));
    expect(header['alg']).toBe('HS256');
    expect(createHmac('sha256', Buffer.from(privateKey, secretEncoding)).update(input).digest()).toEqual(signature);
  });

  it('begins now and ends after its lifetime', async () => {
    expect(partsOf(await build({}, { privateKey: pem(ec) })).claims).toEqual({ iat: ISSUED_AT, exp: ISSUED_AT + 900 });
  });

  it('leaves out what was not given, and parts lists at their commas', async () => {
    const payload = {
      iss: '${credentials.issuer}',
      sub: '${credentials.nobody}',
      act: '${credentials.empty}',
      aud: ['${connectionConfig.audience}'],
      scope: ['${connectionConfig.scope}'],
      jti: '${random}',
      nested: { a: '${credentials.issuer}', b: '${credentials.nobody}' },
      flag: true,
    };
    const credentials = { privateKey: pem(ec), issuer: 'me', empty: '' };
    const { claims } = partsOf(await build({ payload }, credentials, { scope: 'GET /v1/apps, POST /v1/apps,' }));
    expect(claims).toEqual({
      iss: 'me',
      scope: ['GET /v1/apps', 'POST /v1/apps'],
      jti: 'random-id',
      nested: { a: 'me' },
      flag: true,
      iat: ISSUED_AT,
      exp: ISSUED_AT + 900,
    });
  });

  it.each([
    ['no key', {}, { privateKey: 'not a key' }, 'privateKey must be a private key in PEM'],
    ['no value', {}, {}, 'privateKey is required'],
    ['no hexadecimal', { secretEncoding: 'hex' }, { privateKey: 'xyz' }, 'privateKey must be a secret in hexadecimal'],
    [
      'a key of another kind',
      { header: { alg: 'RS256' } },
      { privateKey: pem(ec) },
      'privateKey does not fit the algorithm RS256',
    ],
    ['a part of nothing', { key: '${credentials.pair.secret}' }, { pair: 'x' }, 'pair is required'],
  ] as const)('is not made of %s, and the input is named', async (_what, own, credentials, message) => {
    await expect(build(own, credentials)).rejects.toMatchObject({
      code: 'invalid_body',
      message: expect.stringContaining(message) as string,
      issues: [{ path: [message.split(' ')[0]] }],
    });
  });

  it('quotes no key that is none', async () => {
    const privateKey = '{"kty":"RSA","d":"very-secret';
    await expect(build({}, { privateKey })).rejects.not.toThrow(/very-secret/);
  });
});

describe('the rules of the catalogue', () => {
  it('take shared secrets for hexadecimal unless they say otherwise, and an hour where they name no lifetime', () => {
    expect(jwtRules({ signature: { protocol: 'HMAC' } })).toMatchObject({ secretEncoding: 'hex', lifetimeMs: 3_600_000 });
    expect(jwtRules({ signature: { protocol: 'HMAC', hmac_secret_encoding: 'utf8' } }).secretEncoding).toBe('utf8');
    expect(jwtRules({ signature: { protocol: 'RSA' }, token: { expires_in_ms: 5 } })).toMatchObject({
      secretEncoding: undefined,
      lifetimeMs: 5,
    });
  });
});
