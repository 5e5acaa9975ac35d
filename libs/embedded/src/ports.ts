import { createServer, type Server } from 'node:net';
import { codeOf } from '#libs/kernel';

const LOOPBACK = '127.0.0.1';

const listen = (port: number, host: string) =>
  new Promise<Server>((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });

const portOf = (server: Server): number => (server.address() as { port: number }).port;
const close = (server: Server) => new Promise<void>((resolve) => void server.close(() => resolve()));

/** As many different free loopback ports. They are free when this answers, not reserved. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0, LOOPBACK)));
  const ports = servers.map(portOf);
  await Promise.all(servers.map(close));
  return ports;
}

/** One free loopback port. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  return port as number;
}

/** Whether a service could listen on this port now. Another address family counts: clients say `localhost`. */
export async function isPortFree(port: number, host = LOOPBACK): Promise<boolean> {
  for (const address of new Set([host, LOOPBACK])) {
    try {
      await close(await listen(port, address));
    } catch (error) {
      if (codeOf(error) === 'EADDRINUSE' || codeOf(error) === 'EACCES') return false;
      throw error;
    }
  }
  return true;
}
