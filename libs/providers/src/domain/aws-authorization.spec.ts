import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { expect, it } from 'vitest';
import { awsAuthorization, type AwsRequest } from './aws-authorization.js';

const NOW = new Date('2026-11-23T09:05:07.089Z');
const KEY = { id: 'AKIDEXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', region: 'eu-west-1' };
const PLAIN: AwsRequest = { method: 'GET', host: 'api.example.com', path: '/', query: '', contentType: '', body: '' };

/** What the library that AWS's own clients use makes of the same request. */
async function expected(request: AwsRequest, service: string): Promise<string | undefined> {
  const signer = new SignatureV4({
    credentials: { accessKeyId: KEY.id, secretAccessKey: KEY.secret },
    region: KEY.region,
    service,
    sha256: Sha256,
    uriEscapePath: service !== 's3',
    applyChecksum: false,
  });
  const query: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(request.query)) (query[name] ??= []).push(value);
  const { host, method, path, contentType, body } = request;
  const headers = { host, ...(contentType === '' ? {} : { 'content-type': contentType }) };
  const signed = await signer.sign(
    new HttpRequest({ method, hostname: host, path, query, headers, ...(body === '' ? {} : { body }) }),
    { signingDate: NOW },
  );
  return signed.headers['authorization'];
}

it.each<[string, Partial<AwsRequest>, string]>([
  ['a plain request', {}, 'execute-api'],
  ['a query in another order, with signs that URLs leave alone', { query: "b=2&a=x y&a=1&a-b=(c)'!*&empty=" }, 'execute-api'],
  ['an encoded path', { path: '/a%20b/c%2Fd' }, 'execute-api'],
  ['an encoded path of S3', { path: '/bucket/a%20b' }, 's3'],
  ['a body', { method: 'POST', contentType: 'application/json', body: '{"é":1}' }, 'ses'],
])('signs %s as AWS does', async (_what, part, service) => {
  const request = { ...PLAIN, ...part };
  expect(awsAuthorization(request, { ...KEY, service }, NOW)).toBe(await expected(request, service));
});
