import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { DataSource } from 'typeorm';
import { afterEach, expect, it } from 'vitest';
import { postgresOptions } from './data-source.js';

/** A message of the wire protocol: its type, its length, its body. */
function message(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
}
const WELCOME = Buffer.concat([message('R', Buffer.alloc(4)), message('Z', Buffer.from('I'))]);
const TERMINATED = message('E', Buffer.from('SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0'));

let server: Server | undefined;
afterEach(() => new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined))));

it('a connection that is cut as it is made fails those who use it, and not the process', async () => {
  const thrown: unknown[] = [];
  const note = (error: unknown) => thrown.push(error);
  process.on('uncaughtException', note);
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    // Welcome and end in one packet, as a server sends them that stops at this moment.
    socket.once('data', () => socket.end(Buffer.concat([WELCOME, TERMINATED])));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const options = { url: `postgres://u:p@127.0.0.1:${port}/d`, poolMax: 2, ssl: false, applicationName: 'test' };
  await expect(new DataSource(postgresOptions(options)).initialize()).rejects.toThrow(/[Cc]onnection/);
  await new Promise((resolve) => setImmediate(resolve));
  process.off('uncaughtException', note);
  expect(thrown).toEqual([]);
});
