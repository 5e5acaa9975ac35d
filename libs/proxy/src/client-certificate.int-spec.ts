import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Outbound, OutboundConnections, parseOutboundPolicy } from '#libs/outbound';
import { LOOPBACK_OPEN, ALICE, AUTHORITY, BOB, SERVER } from '#libs/testing';
import type { ClientIdentity } from './domain/client-identity.js';
import { testLease } from './test-lease.js';
import { ProxyTransport } from './transport.js';

const policy = parseOutboundPolicy(LOOPBACK_OPEN);
const transport = new ProxyTransport(new Outbound(policy));

const clientOf = (socket: unknown): string => String((socket as TLSSocket).getPeerCertificate().subject?.CN ?? 'nobody');
let connections = 0;

async function listen(handler: RequestListener): Promise<string> {
  const options = {
    cert: SERVER.certificate,
    key: SERVER.privateKey,
    ca: AUTHORITY,
    requestCert: true,
    rejectUnauthorized: false,
  };
  const server = createServer(options, handler).on('secureConnection', () => (connections += 1));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  servers.push(server);
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const servers: ReturnType<typeof createServer>[] = [];
const authorities = getCACertificates('default');
let base: string;
let other: string;
beforeAll(async () => {
  other = await listen(({ socket }, response) => void response.end(clientOf(socket)));
  base = await listen(({ socket, url }, response) =>
    url === '/away' ? void response.writeHead(307, { location: other }).end() : void response.end(clientOf(socket)),
  );
});
beforeEach(() => {
  setDefaultCACertificates([...authorities, AUTHORITY]);
  connections = 0;
});
afterAll(async () => {
  setDefaultCACertificates(authorities);
  await transport.close();
  for (const server of servers) server.close().closeAllConnections();
});

const get = async (who: typeof ALICE | undefined, call: { endpoint?: string; forwardHeadersOnRedirect?: boolean } = {}) => {
  const lease = testLease({
    provider: { require_client_certificate: who !== undefined },
    credentials: { type: 'OAUTH2_CC', token: 't', client_certificate: who?.certificate, client_private_key: who?.privateKey },
  });
  const request = transport.build({ lease, method: 'GET', endpoint: '/', baseUrlOverride: base, ...call });
  return text((await transport.send(request)).body);
};

describe('a client certificate', () => {
  it('is shown on the connections of its own, which are kept alive', async () => {
    expect([await get(ALICE), await get(BOB), await get(ALICE), await get(undefined)]).toEqual([
      'alice',
      'bob',
      'alice',
      'nobody',
    ]);
    expect(connections).toBe(3);
  });

  it('stays here when a redirect leads to another origin, unless everything is to go along', async () => {
    expect(await get(ALICE, { endpoint: '/away' })).toBe('nobody');
    expect(await get(ALICE, { endpoint: '/away', forwardHeadersOnRedirect: true })).toBe('alice');
  });

  it('does not make up for a server that nobody vouches for', async () => {
    setDefaultCACertificates(authorities);
    const strict = new ProxyTransport(new Outbound(policy));
    const lease = testLease({
      provider: { require_client_certificate: true },
      credentials: { type: 'OAUTH2_CC', token: 't', client_certificate: ALICE.certificate, client_private_key: ALICE.privateKey },
    });
    const request = strict.build({ lease, method: 'GET', endpoint: '/', baseUrlOverride: base });
    await expect(strict.send(request)).rejects.toMatchObject({
      code: 'upstream_unreachable',
      payload: { code: 'SELF_SIGNED_CERT_IN_CHAIN' },
    });
    await strict.close();
  });
});

describe('the connections of many certificates', () => {
  const identity = (id: string): ClientIdentity => ({ ...ALICE, id });

  it('are closed when others take their place, once what runs on them has ended', async () => {
    const dispatchers = new OutboundConnections(policy, { certificatesKept: 1 });
    const first = dispatchers.dispatcher(identity('1'));
    expect(dispatchers.dispatcher(identity('1'))).toBe(first);
    const { body } = await first.request({ origin: base, path: '/', method: 'GET' });
    dispatchers.dispatcher(identity('2'));
    expect(await body.text()).toBe('alice');
    await expect.poll(() => (first as { destroyed?: boolean }).destroyed).toBe(true);
    expect(dispatchers.dispatcher(identity('1'))).not.toBe(first);
    await dispatchers.destroy();
  });

  it('are all broken off at the end, those on their way out too', async () => {
    const dispatchers = new OutboundConnections(policy, { certificatesKept: 1 });
    const hanging = await listen((_request, response) => void response.write('never ends'));
    const { body } = await dispatchers.dispatcher(identity('1')).request({ origin: hanging, path: '/', method: 'GET' });
    dispatchers.dispatcher(identity('2'));
    const broken = expect(body.text()).rejects.toThrow();
    await dispatchers.destroy();
    await broken;
  });
});
