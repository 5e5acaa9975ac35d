import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { SERVER } from './test-certificates.js';

/** An egress proxy as companies have them: tunnels (CONNECT) and requests in absolute form. It finds every host where the test says. */
export interface EgressProxy {
  /** With user name and password, where it asks for them. */
  readonly url: string;
  /** Targets of tunnels, `host:port`. */
  readonly tunnels: string[];
  /** Requests in absolute form, `METHOD url`. */
  readonly forwarded: string[];
  /** How many connections it has accepted so far. */
  readonly connections: number;
  /** Where a host is: a port of loopback. */
  route(host: string, port: number): void;
  close(): Promise<void>;
}

interface Options {
  /** `user:password`, percent-encoded where it must be. */
  readonly credentials?: string;
  /** Speaks TLS, with the certificate of `SERVER`. */
  readonly isSecure?: boolean;
  /** Where hosts are that no route names. */
  readonly elsewhere?: number;
}

export async function startEgressProxy({ credentials, elsewhere, isSecure = false }: Options = {}): Promise<EgressProxy> {
  const routes = new Map<string, number>();
  const tunnels: string[] = [];
  const forwarded: string[] = [];
  const sockets = new Set<Duplex>();
  const mayPass = ({ headers }: IncomingMessage) =>
    credentials === undefined ||
    headers['proxy-authorization'] === `Basic ${Buffer.from(decodeURIComponent(credentials)).toString('base64')}`;
  const portOf = (host: string) => routes.get(host) ?? elsewhere;
  const server = isSecure ? createSecureServer(TLS) : createServer();
  server.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => {
    forwarded.push(`${incoming.method} ${incoming.url}`);
    if (mayPass(incoming)) forward(incoming, outgoing, portOf);
    else outgoing.writeHead(407, { 'proxy-authenticate': 'Basic' }).end();
  });
  server.on('connect', (incoming: IncomingMessage, socket: Duplex) => {
    tunnels.push(incoming.url ?? '');
    sockets.add(socket);
    if (mayPass(incoming)) tunnel(incoming.url ?? '', socket, portOf, sockets);
    else socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n');
  });
  let connections = 0;
  server.on('connection', () => void (connections += 1));
  const port = await listening(server);
  return {
    get connections() {
      return connections;
    },
    url: `${isSecure ? 'https' : 'http'}://${credentials === undefined ? '' : `${credentials}@`}localhost:${port}`,
    tunnels,
    forwarded,
    route: (host, to) => void routes.set(host, to),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

const TLS = { cert: SERVER.certificate, key: SERVER.privateKey };

function forward(incoming: IncomingMessage, outgoing: ServerResponse, portOf: (host: string) => number | undefined): void {
  const url = new URL(incoming.url ?? '');
  const port = portOf(url.hostname);
  if (port === undefined) return void outgoing.writeHead(502).end();
  const { 'proxy-authorization': _own, ...headers } = incoming.headers;
  const onward = request({ port, host: '127.0.0.1', method: incoming.method, path: url.pathname + url.search, headers });
  onward.on('error', () => outgoing.destroy());
  onward.on('response', (answer) => answer.pipe(outgoing.writeHead(answer.statusCode ?? 502, answer.headers)));
  incoming.pipe(onward);
}

function tunnel(target: string, socket: Duplex, portOf: (host: string) => number | undefined, sockets: Set<Duplex>): void {
  const port = portOf(target.replace(/:\d+$/, ''));
  if (port === undefined) return void socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  const onward: Socket = connect(port, '127.0.0.1');
  sockets.add(onward);
  onward.once('connect', () => {
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    socket.pipe(onward).pipe(socket);
  });
  onward.on('error', () => socket.destroy());
  socket.on('error', () => onward.destroy());
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
