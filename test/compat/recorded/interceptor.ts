import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Authority } from './authority.js';

/** A request on its way to any host of the Internet. */
export interface WireRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer | string;
  /** Instead: cuts the connection, which callers try again, or says what is no HTTP, which they do not. */
  readonly fault?: 'cut' | 'garbage';
}

export type Answering = (request: WireRequest) => WireAnswer | Promise<WireAnswer>;

export interface Interceptor {
  /** Address of the egress proxy it is. */
  readonly url: string;
  close(): Promise<void>;
}

/** An egress proxy that answers by itself whatever is sent through it, be it plain or in a tunnel. */
export async function startInterceptor(authority: Authority, answering: Answering): Promise<Interceptor> {
  const answer = (scheme: string) => (message: IncomingMessage, response: ServerResponse) =>
    void respond(scheme, message, response, answering).catch((error: Error) => response.destroy(error));
  const secure = createSecureServer({ SNICallback: (host, done) => done(null, authority.contextOf(host)) }, answer('https'));
  const proxy = createServer(answer('http'));
  const tunnels = new Set<{ destroy(): unknown }>();
  proxy.on('connect', (_message, socket) => {
    tunnels.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => tunnels.delete(socket));
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    secure.emit('connection', socket);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    close: async () => {
      for (const socket of tunnels) socket.destroy();
      proxy.closeAllConnections();
      await new Promise((resolve) => void proxy.close(resolve));
    },
  };
}

async function respond(scheme: string, message: IncomingMessage, response: ServerResponse, answering: Answering): Promise<void> {
  const { method = 'GET', headers, url = '/' } = message;
  const body = await buffer(message);
  const answer = await answering({ method, url: new URL(url, `${scheme}://${headers.host ?? 'unknown'}`), headers, body });
  if (answer.fault === 'cut') return void response.destroy();
  if (answer.fault === 'garbage') return void response.socket?.end('this is no HTTP\r\n\r\n');
  response.writeHead(answer.status, answer.headers).end(answer.body);
}
