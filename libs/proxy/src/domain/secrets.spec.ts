import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testLease } from '../test-lease.js';
import { leaseFacts } from './lease-facts.js';
import { secretsOf } from './secrets.js';

const secretsFor = (given: Parameters<typeof testLease>[0], derived?: string[]) =>
  secretsOf(leaseFacts(testLease(given)), derived);
const found = (text: string, secrets: readonly string[]) => secrets.some((secret) => text.includes(secret));

describe('the secrets of a connection', () => {
  it('are found at any depth, but not what is no secret', () => {
    const secrets = secretsFor({
      credentials: {
        type: 'OAUTH2',
        access_token: 'access-token',
        raw: { token_type: 'Bearer', scope: 'read-things', deep: [{ id_token: 'identity-token' }] },
        short: 'abc',
      },
      custom: { stsApiKey: 'api-key-of-sts', baseUrl: 'https://api.example.com' },
      config: { userCredentials: { access_token: 'user-token' }, jwtToken: 'json-web-token', subdomain: 'example' },
    });
    for (const secret of ['access-token', 'identity-token', 'api-key-of-sts', 'user-token', 'json-web-token', 'client-secret'])
      expect(secrets).toContain(secret);
    for (const plain of ['Bearer', 'read-things', 'abc', 'https://api.example.com', 'example', 'OAUTH2'])
      expect(found(plain, secrets)).toBe(false);
  });

  it('include the pair that Basic sends, however short its halves', () => {
    const pair = (credentials: object) => secretsFor({ credentials: { type: 'BASIC', ...credentials } });
    expect(pair({ username: 'me', password: 'pw' })).toContain('bWU6cHc=');
    expect(pair({ username: 'key', password: '' })).toContain('a2V5Og==');
  });

  it('include what templates made of them', () => expect(secretsFor({}, ['0123456789abcdef'])).toContain('0123456789abcdef'));

  it('are recognised as URLs, forms, JSON and base64 spell them', () => {
    const text = fc.string({ minLength: 6, maxLength: 40, unit: 'binary' });
    fc.assert(
      fc.property(text, fc.string({ maxLength: 5 }), fc.string({ maxLength: 5 }), (secret, before, after) => {
        const secrets = secretsFor({ credentials: { type: 'API_KEY', apiKey: secret } });
        const inUrl = encodeURIComponent(secret);
        const base64 = Buffer.from(before + secret + after);
        for (const spelled of [
          secret,
          inUrl,
          inUrl.replaceAll(/%../g, (code) => code.toLowerCase()),
          new URLSearchParams({ secret }).toString(),
          JSON.stringify({ secret }),
          base64.toString('base64'),
          base64.toString('base64url'),
          encodeURIComponent(base64.toString('base64')),
        ])
          expect(found(spelled, secrets)).toBe(true);
      }),
    );
  });

  it('come longest first, so that none is masked in part', () => {
    const lengths = secretsFor({ credentials: { type: 'X', a: 'secret', b: 'secret-and-more' } }).map(({ length }) => length);
    expect(lengths).toEqual(lengths.toSorted((a, b) => b - a));
  });
});
