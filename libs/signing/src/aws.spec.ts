import { createHash, createHmac } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type AwsRequest, canHashBody, signAws } from './aws.js';
import { awsVectors, SUITE } from './test-aws-vectors.js';

const sign = (request: Partial<AwsRequest> & Pick<AwsRequest, 'url'>) =>
  signAws({ ...SUITE, method: 'GET', headers: {}, sendsContentHash: false, ...request });

const signatureOf = (headers: Record<string, string>) => /Signature=([0-9a-f]{64})$/.exec(headers['authorization']!)?.[1];

describe('AWS’s published test suite', () => {
  it.each(awsVectors)('$name', async ({ request, signature }) => {
    expect(signatureOf(await sign(request))).toBe(signature);
  });

  it.each(awsVectors)('$name, worked out by hand', ({ canonical, signature }) => {
    expect(handmade(canonical)).toBe(signature);
  });
});

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** The signature of a canonical request, as AWS's documentation describes it step by step. */
function handmade(canonical: readonly string[]): string {
  const scope = '20150830/us-east-1/service/aws4_request';
  const hash = createHash('sha256').update(canonical.join('\n')).digest('hex');
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${SUITE.credentials.secretAccessKey}`);
  return hmac(key, ['AWS4-HMAC-SHA256', '20150830T123600Z', scope, hash].join('\n')).toString('hex');
}

const EMPTY = createHash('sha256').digest('hex');
const signedNames = (headers: Record<string, string>) => /SignedHeaders=([^,]+)/.exec(headers['authorization']!)?.[1];

describe('a signed request', () => {
  const call = { ...SUITE, service: 'execute-api', method: 'POST', url: 'https://a.example.com/x', headers: {} };

  it('carries its body’s hash and the session token, signed with all other headers but the ones that change on the way', async () => {
    const headers = { 'content-type': 'application/json', 'user-agent': 'fairlead', accept: '*/*' };
    const credentials = { ...SUITE.credentials, sessionToken: 'session' };
    const signed = await signAws({ ...call, headers, body: '{}', credentials });
    expect(signed).toMatchObject({
      ...headers,
      'x-amz-date': '20150830T123600Z',
      'x-amz-content-sha256': createHash('sha256').update('{}').digest('hex'),
      'x-amz-security-token': 'session',
    });
    expect(signed).not.toHaveProperty('host');
    expect(signedNames(signed)).toBe('accept;content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token');
  });

  it('hashes bytes as it hashes text, and no body as an empty one', async () => {
    const hashes = await Promise.all(
      [Buffer.from('ü'), 'ü', undefined, ''].map(async (body) => (await signAws({ ...call, body }))['x-amz-content-sha256']),
    );
    const ofText = createHash('sha256').update('ü').digest('hex');
    expect(hashes).toEqual([ofText, ofText, EMPTY, EMPTY]);
  });

  it('is dated anew, whatever date it came with', async () => {
    const signed = await signAws({
      ...call,
      headers: { 'x-amz-date': '19990101T000000Z', authorization: 'old' },
      now: undefined,
    });
    expect(signed['x-amz-date']).not.toBe('19990101T000000Z');
    expect(signed['authorization']).toMatch(/^AWS4-HMAC-SHA256 /);
  });

  it('spells a path twice encoded, for S3 once', async () => {
    const path = async (service: string, url: string) =>
      signatureOf(await signAws({ ...call, service, url: `https://a.example.com${url}` }));
    expect(await path('s3', '/a(1)%20b')).toBe(await path('s3', '/a%281%29%20b'));
    expect(await path('s3', '/a%2Fb//c/../d')).not.toBe(await path('s3', '/a/b/d'));
    expect(await path('s3', '/100%')).toBe(await path('s3', '/100%25'));
    expect(await path('execute-api', '/a(1)')).not.toBe(await path('execute-api', '/a%281%29'));
    expect(await path('execute-api', '/x//y/../z')).toBe(await path('execute-api', '/x/z'));
  });

  it('may stream to S3, unsigned, or anywhere with the hash it brings', async () => {
    const body = Readable.from(['x']);
    expect((await signAws({ ...call, service: 's3', body }))['x-amz-content-sha256']).toBe('UNSIGNED-PAYLOAD');
    const brought = await signAws({ ...call, body, headers: { 'x-amz-content-sha256': EMPTY } });
    expect(brought['x-amz-content-sha256']).toBe(EMPTY);
    await expect(signAws({ ...call, body })).rejects.toMatchObject({ code: 'unsupported_auth' });
    expect([body, undefined, 'x', Buffer.alloc(1)].map(canHashBody)).toEqual([false, true, true, true]);
  });
});
