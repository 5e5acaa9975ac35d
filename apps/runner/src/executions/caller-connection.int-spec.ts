import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { RUNNER_HEARTBEAT_MS, RUNNER_LOST_AFTER_MS } from '#libs/contracts';
import { CallerConnection } from './caller-connection.js';
import type { Executions } from './executions.service.js';

/** As many pings as may stay without an answer. */
const PATIENCE = RUNNER_LOST_AFTER_MS / RUNNER_HEARTBEAT_MS;
const IN_AN_HOUR = Date.now() + 3_600_000;

let server: WebSocketServer;
afterEach(() => {
  for (const socket of server.clients) socket.terminate();
  server.close();
});

async function connected(autoPong: boolean, until = IN_AN_HOUR) {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const opened = once(server, 'connection');
  const caller = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, { autoPong });
  const [socket] = (await opened) as [WebSocket];
  await once(caller, 'open');
  return { caller, socket, connection: new CallerConnection(socket, {} as Executions, until) };
}

it('gives a caller up that answers no pings', async () => {
  const { caller, connection } = await connected(false);
  const closed = once(caller, 'close');
  for (let n = 0; n < PATIENCE; n += 1) {
    const pinged = once(caller, 'ping');
    connection.beat();
    await pinged;
  }
  connection.beat();
  expect((await closed)[0]).toBe(1006);
});

it('keeps a caller that answers them', async () => {
  const { socket, connection } = await connected(true);
  for (let n = 0; n <= PATIENCE + 1; n += 1) {
    const answered = once(socket, 'pong');
    connection.beat();
    await answered;
  }
  expect(socket.readyState).toBe(WebSocket.OPEN);
});

it('takes nothing once the token has ended: the caller comes again with a new one', async () => {
  const { caller } = await connected(true, Date.now() - 1);
  caller.send('{}');
  expect((await once(caller, 'close'))[0]).toBe(1001);
});
