import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectionLease } from '#libs/contracts';
import { Outbound, parseOutboundPolicy } from '#libs/outbound';
import { LOOPBACK_OPEN, AUTHORITY, SERVER } from '#libs/testing';
import type { ProxyCall } from './domain/outbound-request.js';
import { testLease } from './test-lease.js';
import { ProxyTransport } from './transport.js';

/** Proof of who calls, of every kind, and redirects that would carry it elsewhere (spec/auth.md §6.7). */
const SECRET = 'the-secret-key';
const transport = new ProxyTransport(new Outbound(parseOutboundPolicy(LOOPBACK_OPEN)));
const trusted = getCACertificates('default');
let location: string;
/** All that the first server, and whoever it redirects to, was told: first lines, headers and bodies. */
let told: { first: string[]; other: string[] };

const hearing =
  (who: 'first' | 'other', answer: (request: IncomingMessage) => [number, Record<string, string>]): RequestListener =>
  async (request, response) => {
    told[who].push(`${request.method} ${request.url} ${JSON.stringify(request.rawHeaders)} ${await text(request)}`);
    response.writeHead(...answer(request)).end('there');
  };
const listener = hearing('first', ({ url }) => (url?.startsWith('/stay') ? [200, {}] : [307, { location }]));
const first = createServer(listener);
const other = createServer(hearing('other', () => [200, {}]));
const secure = createSecureServer(
  { cert: SERVER.certificate, key: SERVER.privateKey },
  hearing('other', () => [200, {}]),
);
const portOf = (server: Server) => (server.address() as AddressInfo).port;

beforeAll(async () => {
  setDefaultCACertificates([...trusted, AUTHORITY]);
  for (const server of [first, other, secure]) await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(async () => {
  setDefaultCACertificates(trusted);
  await transport.close();
  for (const server of [first, other, secure]) server.close().closeAllConnections();
});

const withHeader = (name: string, value: string) => ({ proxy: { base_url: '', headers: { [name]: value } } });
const KINDS: readonly (readonly [kind: string, lease: () => ConnectionLease, call: Partial<ProxyCall>])[] = [
  ['a bearer key', () => lease(withHeader('authorization', 'Bearer ${apiKey}')), {}],
  ['a key in a header of its own', () => lease(withHeader('x-api-key', '${apiKey}')), {}],
  ['a key in a cookie', () => lease(withHeader('cookie', 'session=${apiKey}')), {}],
  ['a key in an unsuspicious header', () => lease(withHeader('x-tenant', '${apiKey}')), {}],
  ['a key in the query', () => lease({ proxy: { base_url: '', query: { key: '${apiKey}' } } }), {}],
  [
    'a key in the body',
    () => lease({ proxy: { base_url: '', body: { key: '${apiKey}' } } }),
    { method: 'POST', body: '{"a":1}' },
  ],
  [
    'a key in a header that the integration names',
    () => lease({ proxy: {} }, { keyName: 'x-own-key', keyPlacement: 'header' }),
    {},
  ],
  ['a key in the query that the integration names', () => lease({ proxy: {} }, { keyName: 'own', keyPlacement: 'query' }), {}],
  ['a key that the caller adds', () => lease({ proxy: { base_url: '' } }, {}), { headers: { 'x-caller-key': SECRET } }],
  ['user name and password', () => basic(), {}],
];
const lease = (provider: object, custom: Record<string, string> = {}) =>
  testLease({ provider, custom, credentials: { type: 'API_KEY', apiKey: SECRET } });
const basic = () =>
  testLease({
    provider: { auth_mode: 'BASIC', proxy: { base_url: '' } },
    credentials: { type: 'BASIC', username: 'ann', password: SECRET },
  });

const PLACES: readonly (readonly [place: string, url: () => string])[] = [
  ['another port of the same host', () => `http://127.0.0.1:${portOf(other)}/x`],
  ['another host', () => `http://localhost:${portOf(other)}/x`],
  ['https on the same host', () => `https://127.0.0.1:${portOf(secure)}/x`],
  ['another host without a scheme', () => `//localhost:${portOf(other)}/x`],
];

const BASIC = Buffer.from(`ann:${SECRET}`).toString('base64');
const secretsIn = (lines: readonly string[]) => lines.filter((line) => line.includes(SECRET) || line.includes(BASIC));

async function send(of: ConnectionLease, call: Partial<ProxyCall>): Promise<number> {
  told = { first: [], other: [] };
  const baseUrlOverride = `http://127.0.0.1:${portOf(first)}`;
  const request = transport.build({ lease: of, method: 'GET', endpoint: '/go', baseUrlOverride, ...call });
  const response = await transport.send(request, { retries: 1 });
  await text(response.body);
  return response.status;
}

describe.each(KINDS)('%s', (kind, of, call) => {
  it.each(PLACES)('does not follow a redirect to %s', async (_place, url) => {
    location = url();
    const status = await send(of(), call);
    expect(secretsIn(told.first), 'it was sent at all').toHaveLength(1);
    expect(secretsIn(told.other)).toEqual([]);
    // A body that holds it cannot be sent on, and without it the request would be another.
    expect([status, told.other.length]).toEqual(kind === 'a key in the body' ? [307, 0] : [200, 1]);
  });
});

it('a body that is the caller’s own goes along, as the status asks', async () => {
  location = PLACES[0]![1]();
  await send(lease({ proxy: { base_url: '' } }), { method: 'POST', body: 'mine' });
  expect(told.other).toHaveLength(1);
  expect(told.other[0]).toMatch(/mine$/);
});

it('a body with a key in it goes along on the same origin', async () => {
  location = '/stay';
  await send(lease({ proxy: { base_url: '', body: { key: '${apiKey}' } } }), { method: 'POST', body: '{"a":1}' });
  expect(secretsIn(told.first)).toHaveLength(2);
});

it.each(['http://user:pw@127.0.0.1:1/', 'ftp://127.0.0.1/', 'blob:http://127.0.0.1:1/x', 'file:///etc/passwd', 'data:,x'])(
  'a redirect to %s is refused',
  async (to) => {
    location = to;
    await expect(send(lease({ proxy: { base_url: '' } }), {})).rejects.toMatchObject({ code: 'proxy_redirect_to_denied_host' });
  },
);
