import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { WebSocket } from 'ws';

/** How long a peer may take to answer a goodbye. */
const GOODBYE_MS = 1_000;

type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/**
 * Has the WebSockets of one path opened by `upgrade`. Requests that offer another protocol, as some clients offer HTTP/2 with every one, are
 * answered as if they did not; so are those for sockets anywhere else, which their routes refuse as they see fit.
 * @returns ends it
 */
export function routeWebSockets(server: Server, path: string, upgrade: Upgrade): () => void {
  const isOurs = (request: IncomingMessage) => isWebSocket(request) && withoutSlash(pathOf(request)) === withoutSlash(path);
  Object.assign(server, { shouldUpgradeCallback: isOurs });
  server.on('upgrade', upgrade);
  return () => void server.off('upgrade', upgrade);
}

/** Answers a request for a WebSocket that is not opened. @param status with its text, such as `401 Unauthorized` */
export function refuseWebSocket(socket: Duplex, status: string): void {
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** Waits until peers that were told goodbye have answered it, and breaks off with those that do not: an HTTP server closes only once its sockets are gone. */
export async function partWith(sockets: readonly WebSocket[]): Promise<void> {
  const goodbyes = sockets.map((socket) => once(socket, 'close'));
  await Promise.race([Promise.allSettled(goodbyes), delay(GOODBYE_MS, undefined, { ref: false })]);
  for (const socket of sockets) socket.terminate();
}

const isWebSocket = ({ headers }: IncomingMessage): boolean => headers.upgrade?.toLowerCase() === 'websocket';

const pathOf = ({ url = '' }: IncomingMessage): string => url.split('?', 1)[0] ?? '';

const withoutSlash = (path: string): string => path.replace(/\/+$/, '');
