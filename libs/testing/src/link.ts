import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server that a test can cut. */
export interface Link {
  /** The server's address, by way of the link. */
  readonly url: string;
  /** Carries nothing any more, in neither direction, and closes nothing: what a network does that drops packets. New connections too. */
  silence(): void;
  /** Carries again what comes from now on; connections that were silenced are lost. */
  restore(): void;
  close(): Promise<void>;
}

/** Opens a link on a loopback port to the server of an address. */
export async function openLink(target: string): Promise<Link> {
  const to = new URL(target);
  const sockets = new Set<Socket>();
  let isSilent = false;
  const hold = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  };
  const carry = (from: Socket, into: Socket) => {
    from.on('data', (chunk) => void (isSilent || into.write(chunk)));
    from.on('close', () => void (isSilent || into.destroy()));
  };
  const server = createServer((near) => {
    hold(near);
    if (isSilent) return;
    const far = connect(Number(to.port), to.hostname);
    hold(far);
    carry(near, far);
    carry(far, near);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    silence() {
      isSilent = true;
    },
    restore() {
      drop();
      isSilent = false;
    },
    async close() {
      drop();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}
