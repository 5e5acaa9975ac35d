import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { Serve } from './fault.js';

/** How an upstream treats the requests to a path. */
export interface Route {
  readonly serve: Serve;
  readonly early?: true | undefined;
}

/** An upstream that speaks raw TCP, and knows its connections. */
export interface RawUpstream {
  readonly port: number;
  readonly url: string;
  /** Those that are not closed. */
  readonly connections: ReadonlySet<Socket>;
  close(): Promise<void>;
}

/** Serves by path; what it does not know is a 404. */
export const startRawUpstream = (routes: (path: string) => Route | undefined): Promise<RawUpstream> =>
  listening(createServer({ allowHalfOpen: false }), (socket) => serveRequests(socket, routes));

/** Makes an upstream of a server, of TCP or TLS, on a free port of loopback. */
export async function listening(server: Server, serve: (socket: Socket) => void): Promise<RawUpstream> {
  const connections = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket)).on('error', () => undefined);
  });
  server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', serve);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of connections) socket.destroy();
      }),
  };
}

const UNKNOWN: Route = {
  serve: ({ socket }) => void socket.write('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'),
};

/** Reads requests off a connection, one after the other, and has each served. */
export function serveRequests(socket: Socket, routes: (path: string) => Route | undefined): void {
  let unread = Buffer.alloc(0);
  let ordinal = 0;
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    unread = Buffer.concat([unread, chunk]);
    for (let end = unread.indexOf('\r\n\r\n'); end >= 0; end = unread.indexOf('\r\n\r\n')) {
      const head = unread.toString('latin1', 0, end);
      const [method = '', path = ''] = head.split(' ', 2);
      const route = routes(path) ?? UNKNOWN;
      const rest = unread.subarray(end + 4);
      const size = route.early ? rest.length : bodySize(head, rest);
      if (size > rest.length) return;
      const body = rest.subarray(0, size);
      unread = rest.subarray(size);
      ordinal += 1;
      route.serve({ socket, method, path, head, body, ordinal });
    }
  });
}

/** More than is there where the body is not here as a whole. */
function bodySize(head: string, rest: Buffer): number {
  if (/^transfer-encoding: *chunked/im.test(head)) {
    const end = rest.indexOf('0\r\n\r\n');
    return end < 0 ? Number.POSITIVE_INFINITY : end + 5;
  }
  return Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
}
