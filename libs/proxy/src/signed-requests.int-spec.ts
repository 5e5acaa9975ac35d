import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Outbound, parseOutboundPolicy } from '#libs/outbound';
import { attemptMessage } from './domain/attempt-message.js';
import type { ProxyCall } from './domain/outbound-request.js';
import { testLease } from './test-lease.js';
import { isSignedForAws, oauth1Params } from './test-signatures.js';
import type { Attempt } from './domain/attempt.js';
import type { SendOptions } from './send-options.js';
import { ProxyTransport } from './transport.js';
import { LOOPBACK_OPEN } from '#libs/testing';

const policy = parseOutboundPolicy(LOOPBACK_OPEN);
const transport = new ProxyTransport(new Outbound(policy));
const servers: Server[] = [];

async function listen(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  servers.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What the API finds in a request: a proof of its own kind, or none. */
let proofOf: (request: IncomingMessage, body: string) => string | undefined;
let proofs: (string | undefined)[];
let base: string;
let other: string;
beforeAll(async () => {
  other = await listen(({ headers }, response) => void response.end(headers.authorization ?? 'no proof'));
  base = await listen((request, response) => {
    void text(request).then((body) => {
      const proof = proofOf(request, body);
      proofs.push(proof);
      if (proof === undefined) return response.writeHead(401).end('not signed');
      if (request.url === '/away') return response.writeHead(307, { location: other }).end();
      if (request.url === '/moved') return response.writeHead(303, { location: '/there?now=1' }).end();
      return response.writeHead(request.url === '/busy' && proofs.length < 3 ? 503 : 200, { 'retry-after': '0' }).end('signed');
    });
  });
});
beforeEach(() => void (proofs = []));
afterEach(() => void vi.useRealTimers());
afterAll(async () => {
  await transport.close();
  for (const server of servers) server.close().closeAllConnections();
});

const OAUTH1 = testLease({
  credentials: { type: 'OAUTH1', oauth_token: 'tk', oauth_token_secret: 'token&secret' },
  provider: bare(),
});
const TBA = testLease({
  credentials: { type: 'TBA', token_id: 'tk', token_secret: 'token&secret' },
  config: { accountId: '123456-sb1' },
  provider: bare(),
});
const AWS = testLease({
  credentials: {
    type: 'AWS_SIGV4',
    access_key_id: 'AKIDEXAMPLE',
    secret_access_key: 'secret-access-key',
    session_token: 'session-token',
    region: 'eu-west-1',
    service: 'execute-api',
  },
  provider: bare(),
});

function bare(): object {
  return { proxy: { base_url: 'https://api.example.com' } };
}

const oauth1Proof = (hash: 'sha1' | 'sha256', realm?: string) => (request: IncomingMessage, body: string) => {
  const params = oauth1Params(request, body, { consumerSecret: 'client-secret', tokenSecret: 'token&secret', hash });
  return params?.get('realm') === realm ? params?.get('oauth_nonce') : undefined;
};
const awsProof = (request: IncomingMessage, body: string) =>
  isSignedForAws(request, body, 'secret-access-key') && request.headers['x-amz-security-token'] === 'session-token'
    ? request.headers.authorization
    : undefined;

const MODES = [
  ['OAUTH1', OAUTH1, oauth1Proof('sha1')],
  ['TBA', TBA, oauth1Proof('sha256', '123456_SB1')],
  ['AWS_SIGV4', AWS, awsProof],
] as const;

const send = async (call: Pick<ProxyCall, 'lease' | 'endpoint'> & Partial<ProxyCall>, options?: SendOptions) => {
  const answer = await transport.send(transport.build({ method: 'GET', baseUrlOverride: base, ...call }), options);
  return [answer.status, await text(answer.body)];
};

describe.each(MODES)('an API that checks signatures of %s', (_mode, lease, check) => {
  beforeEach(() => void (proofOf = check));

  it.each([['/plain'], ['/query?b=2&a=1&a=0&c=x%20y%26'], ['/a%20b/(c)/%C3%BC?q=%5Bz%5D'], ['/empty?x=']])(
    'takes %s',
    async (endpoint) => expect(await send({ lease, endpoint })).toEqual([200, 'signed']),
  );

  it('takes bodies: JSON, forms and none', async () => {
    const post = (type: string, body: string | undefined) =>
      send({ lease, endpoint: '/post?x=1', method: 'POST', headers: { 'content-type': type }, body });
    expect(await post('application/json', '{"a":"ü"}')).toEqual([200, 'signed']);
    expect(await post('application/x-www-form-urlencoded', 'a=1+2&b=%26&a=0')).toEqual([200, 'signed']);
    expect(await post('application/json', undefined)).toEqual([200, 'signed']);
  });

  it('gets a signature of its own with each attempt, which the log does not show', async () => {
    const attempts: Attempt[] = [];
    vi.useFakeTimers({ toFake: ['Date'] });
    const onAttempt = (attempt: Attempt) => {
      attempts.push(attempt);
      vi.setSystemTime(Date.now() + 1_000);
    };
    expect(await send({ lease, endpoint: '/busy' }, { retries: 2, onAttempt })).toEqual([200, 'signed']);
    expect(proofs).not.toContain(undefined);
    expect(new Set(proofs).size).toBe(3);
    for (const attempt of attempts) {
      expect(attempt.request.headers['authorization']).toBeDefined();
      expect(attemptMessage(attempt, 2, new Date()).request?.headers).toMatchObject({ authorization: '[redacted]' });
    }
  });

  it('gets another one where it redirects to itself, and nobody else gets any', async () => {
    const call = { lease, method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } };
    expect(await send({ ...call, endpoint: '/moved' })).toEqual([200, 'signed']);
    expect(new Set(proofs).size).toBe(2);
    expect(await send({ ...call, endpoint: '/away' })).toEqual([200, 'no proof']);
  });

  it('is not fooled by another secret', async () => {
    const { connection, ...rest } = lease;
    const credentials = Object.fromEntries(
      Object.entries(connection['credentials'] as object).map(([name, value]) => [
        name,
        /secret/.test(name) ? 'wrong-one' : value,
      ]),
    );
    expect(await send({ lease: { ...rest, connection: { ...connection, credentials } }, endpoint: '/plain' })).toEqual([
      401,
      'not signed',
    ]);
  });
});
