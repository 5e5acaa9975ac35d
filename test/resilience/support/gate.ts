import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A door before a server: shut, it breaks every connection and refuses new ones, as a server does that is gone. */
export interface Gate {
  /** The address of the server by way of the gate. */
  readonly url: string;
  shut(): Promise<void>;
  open(): Promise<void>;
}

/** Opens a gate before the server that an address names. */
export async function openGate(serverUrl: string): Promise<Gate> {
  const { hostname, port } = new URL(serverUrl);
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    return socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
  };
  const server = createServer((outside) => {
    const inside = keep(connect(Number(port), hostname));
    keep(outside).pipe(inside).pipe(outside);
    inside.on('close', () => outside.destroy());
    outside.on('close', () => inside.destroy());
  });
  const listen = (at: number) => new Promise<void>((resolve) => void server.listen(at, '127.0.0.1', resolve));
  await listen(0);
  const own = (server.address() as AddressInfo).port;
  return {
    url: Object.assign(new URL(serverUrl), { hostname: '127.0.0.1', port: String(own) }).href,
    shut: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
    open: () => listen(own),
  };
}
