import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { testLease } from '../test-lease.js';
import { buildRequest } from './build-request.js';
import type { ProxyCall } from './outbound-request.js';
import { needsWholeBody } from './prepared-connection.js';

const OAUTH1 = { type: 'OAUTH1', oauth_token: 'token', oauth_token_secret: 'token-secret' };
const TBA = { type: 'TBA', token_id: 'token', token_secret: 'token-secret' };
const AWS = {
  type: 'AWS_SIGV4',
  access_key_id: 'AKIDEXAMPLE',
  secret_access_key: 'aws-secret-key',
  session_token: 'aws-session-token',
  region: 'eu-west-1',
  service: 'execute-api',
};

type Given = NonNullable<Parameters<typeof testLease>[0]>;
const leaseOf = (credentials: Record<string, unknown>, { provider, ...given }: Given = {}) =>
  testLease({
    credentials,
    config: { accountId: '12-3' },
    provider: {
      proxy: { base_url: 'https://${connectionConfig.service}.${connectionConfig.region} || https://a.example.com' },
      ...provider,
    },
    ...given,
  });
const build = (call: Partial<ProxyCall> & Pick<ProxyCall, 'lease'>) =>
  buildRequest({ method: 'POST', endpoint: '/t', ...call }, { baseUrlOverride: true });
const signed = async (call: Partial<ProxyCall> & Pick<ProxyCall, 'lease'>) => {
  const request = build(call);
  return { ...request.headers, ...(await request.sign?.(request)) } as Record<string, string>;
};

describe('requests with credentials of type', () => {
  it.each([
    ['OAUTH1', OAUTH1, /^OAuth oauth_consumer_key="client", .*oauth_signature_method="HMAC-SHA1".* oauth_token="token"/],
    ['TBA', TBA, /^OAuth realm="12_3", oauth_consumer_key="client", .*oauth_signature_method="HMAC-SHA256"/],
    ['AWS_SIGV4', AWS, /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/execute-api\/aws4_request, /],
  ])('%s are signed', async (_type, credentials, authorization) => {
    const lease = leaseOf(credentials);
    expect(build({ lease }).headers).not.toHaveProperty('authorization');
    expect((await signed({ lease }))['authorization']).toMatch(authorization);
    expect(build({ lease }).credentialHeaders).toContain('authorization');
  });

  it('OAUTH1 are signed as the provider says', async () => {
    const lease = leaseOf(OAUTH1, { provider: { signature_method: 'PLAINTEXT' } });
    expect((await signed({ lease }))['authorization']).toContain('oauth_signature="client-secret%26token-secret"');
  });

  it('TBA are signed by the connection’s own client where it has one', async () => {
    const lease = leaseOf({ ...TBA, config_override: { client_id: 'own', client_secret: 'own-secret' } });
    expect((await signed({ lease }))['authorization']).toContain('oauth_consumer_key="own"');
  });

  it.each([
    [{ type: 'OAUTH1' }, 'credentials.oauth_token'],
    [{ ...OAUTH1, oauth_token_secret: '' }, 'credentials.oauth_token_secret'],
    [{ type: 'TBA', token_id: 'x' }, 'credentials.token_secret'],
    [{ type: 'AWS_SIGV4' }, 'credentials.access_key_id'],
    [{ ...AWS, service: undefined }, 'credentials.service'],
  ])('%j are refused, naming what they lack', (credentials, field) => {
    expect(() => build({ lease: leaseOf(credentials) })).toThrow(
      expect.objectContaining({ code: 'unsupported_auth', message: expect.stringContaining(field) as string }),
    );
  });

  it('TBA are refused without an account', () => {
    expect(() => build({ lease: leaseOf(TBA, { config: {} }) })).toThrow(/connection_config\.accountId/);
  });
});

describe('a signature', () => {
  it('gives way to an authorization of the caller or the provider, but AWS’s does not', async () => {
    const headers = { authorization: 'mine' };
    expect((await signed({ lease: leaseOf(OAUTH1), headers }))['authorization']).toBe('mine');
    const provider = { proxy: { base_url: 'https://a.example.com', headers: { authorization: 'Key ${token_id}' } } };
    expect((await signed({ lease: leaseOf(TBA, { provider }) }))['authorization']).toBe('Key token');
    expect((await signed({ lease: leaseOf(AWS), headers }))['authorization']).toMatch(/^AWS4-HMAC-SHA256 /);
  });

  it('of OAuth covers the fields of a form, which must be here as a whole', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const call = { lease: leaseOf(OAUTH1), headers: form };
    expect((await signed({ ...call, body: Buffer.from('a=1') }))['authorization']).toContain('oauth_signature');
    await expect(signed({ ...call, body: Readable.from(['a=1']) })).rejects.toMatchObject({ code: 'unsupported_auth' });
    expect((await signed({ ...call, headers: {}, body: Readable.from(['a=1']) }))['authorization']).toContain('oauth_signature');
  });

  it('of AWS covers the body, except for S3', async () => {
    const s3 = leaseOf({ ...AWS, service: 's3' });
    expect([OAUTH1, TBA, AWS].map((credentials) => needsWholeBody(leaseOf(credentials)))).toEqual([false, false, true]);
    expect(needsWholeBody(s3)).toBe(false);
    expect((await signed({ lease: s3, body: Readable.from(['x']) }))['x-amz-content-sha256']).toBe('UNSIGNED-PAYLOAD');
  });
});

describe('the base URL of AWS', () => {
  it('names region and service of the credentials, unless the connection names another', () => {
    expect(build({ lease: leaseOf(AWS) }).origin).toBe('https://execute-api.eu-west-1');
    const own = leaseOf(AWS, { config: { base_url: 'https://minio.example.com' } });
    expect(build({ lease: own }).origin).toBe('https://minio.example.com');
    expect(() => buildRequest({ lease: own, method: 'GET', endpoint: '/t' }, { baseUrlOverride: false })).toThrow(
      expect.objectContaining({ code: 'base_url_override_disabled' }),
    );
  });
});
