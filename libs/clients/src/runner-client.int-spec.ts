import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { type ExecuteRequest, RUNNER_CLOSES } from '#libs/contracts';
import type { CallerTokens } from '#libs/execution-token';
import { RunnerClient } from './runner-client.js';

const RUN = { executionId: 'x', token: 'token of the run' } as ExecuteRequest;
const callers = { get: () => 'token' } as unknown as CallerTokens;
const OUTCOME = { status: 'succeeded', output: { a: 1 }, durationMs: 3, proxyCalls: 0 };
const never = new AbortController().signal;
const LOST_AFTER_MS = 300;

const closes: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of closes.splice(0).toReversed()) await close();
});

const addressOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

async function listening(server: Server, port = 0): Promise<Server> {
  await once(server.listen(port, '127.0.0.1'), 'listening');
  closes.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => void server.close(resolve));
  });
  return server;
}

/** A runner that does as it is told with each order. @param onConnection hears of connections */
async function runner(
  onOrder: (socket: WebSocket, order: string) => void,
  onConnection = (_bearer: string): void => undefined,
  port = 0,
) {
  const server = await listening(createServer(), port);
  const sockets = new WebSocketServer({ server, path: '/executions' });
  sockets.on('connection', (socket, { headers }) => {
    onConnection(headers.authorization ?? '');
    socket.on('message', (data: Buffer) => onOrder(socket, data.toString()));
  });
  closes.push(() => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
  });
  return addressOf(server);
}

function clientOf(url: string): RunnerClient {
  const client = new RunnerClient(url, callers, LOST_AFTER_MS);
  closes.push(() => client.close());
  return client;
}

const answer = (socket: WebSocket) => socket.send(JSON.stringify(OUTCOME));
const messageOf = (outcome: object) => (outcome as { error: { message: string } }).error.message;

it('sends a run, shows who asks, and answers the outcome', async () => {
  const seen: string[] = [];
  const url = await runner(
    (socket, order) => {
      seen.push(order);
      answer(socket);
    },
    (bearer) => void seen.push(bearer),
  );
  expect(await clientOf(url).execute(RUN, { signal: never })).toEqual(OUTCOME);
  expect(seen).toEqual(['Bearer token', JSON.stringify({ run: RUN })]);
});

it('uses a connection again for the runs that follow, and as many as go on at once', async () => {
  let connections = 0;
  const waiting: WebSocket[] = [];
  const url = await runner(
    (socket) => waiting.push(socket) === 3 && waiting.splice(0).forEach(answer),
    () => void (connections += 1),
  );
  const client = clientOf(url);
  for (let n = 0; n < 10; n += 1) await Promise.all([1, 2, 3].map(() => client.execute(RUN, { signal: never })));
  expect(connections).toBe(3);
});

it('takes a broken connection for a lost runner, and makes another for the next run', async () => {
  let orders = 0;
  const url = await runner((socket) => {
    orders += 1;
    if (orders === 1) socket.terminate();
    else answer(socket);
  });
  const client = clientOf(url);
  expect(await client.execute(RUN, { signal: never })).toMatchObject({
    status: 'failed',
    error: { code: 'function_runtime_other', message: 'the runner was lost: it closed the connection with 1006' },
  });
  expect(await client.execute(RUN, { signal: never })).toEqual(OUTCOME);
});

it('takes silence for a lost runner, and no ping for silence', async () => {
  let pings = 0;
  const url = await runner((socket) => {
    const ping = setInterval(() => {
      socket.ping();
      pings += 1;
      if (pings === 5) clearInterval(ping);
    }, LOST_AFTER_MS / 2);
  });
  expect(messageOf(await clientOf(url).execute(RUN, { signal: never }))).toBe('the runner was lost: it fell silent');
  expect(pings).toBe(5);
});

it('does not send again what a runner refused', async () => {
  let asked = 0;
  const url = await runner((socket) => {
    asked += 1;
    socket.close(RUNNER_CLOSES.refused, 'no such kind');
  });
  expect(messageOf(await clientOf(url).execute(RUN, { signal: never }))).toBe(
    'the runner was lost: it refused the execution: no such kind',
  );
  expect(asked).toBe(1);
});

it('sends again what a runner that goes away did not begin', async () => {
  let asked = 0;
  const url = await runner((socket) => {
    asked += 1;
    if (asked < 3) socket.close(RUNNER_CLOSES.goingAway);
    else answer(socket);
  });
  expect(await clientOf(url).execute(RUN, { signal: never })).toEqual(OUTCOME);
});

/** Answers requests for connections with a status instead. */
async function refusing(status: number, asked: () => void): Promise<string> {
  const server = createServer();
  server.on('upgrade', (_request, socket) => {
    asked();
    socket.end(`HTTP/1.1 ${status} No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  });
  return addressOf(await listening(server));
}

it('is not let in where it is not known, and does not ask again', async () => {
  let asked = 0;
  const url = await refusing(401, () => (asked += 1));
  expect(messageOf(await clientOf(url).execute(RUN, { signal: never }))).toBe(
    'the runner was lost: it refused the connection with 401',
  );
  expect(asked).toBe(1);
});

it('asks again while the runner is not ready, until it is told to stop', async () => {
  let asked = 0;
  const stop = new AbortController();
  const url = await refusing(503, () => ++asked === 3 && stop.abort(new Error('cancelled')));
  expect(await clientOf(url).execute(RUN, { signal: stop.signal })).toMatchObject({
    error: { code: 'script_aborted', message: 'cancelled' },
  });
  expect(asked).toBe(3);
});

it('waits for a runner that restarts', async () => {
  const { port } = (await listening(createServer())).address() as AddressInfo;
  await closes.pop()?.();
  const pending = clientOf(`http://127.0.0.1:${port}`).execute(RUN, { signal: never });
  await runner(answer, undefined, port);
  expect(await pending).toEqual(OUTCOME);
});

it('closes the connection when it is told to stop', async () => {
  const stop = new AbortController();
  const gone = Promise.withResolvers<void>();
  const url = await runner((socket) => {
    socket.once('close', () => gone.resolve());
    stop.abort(new Error('cancelled'));
  });
  expect(await clientOf(url).execute(RUN, { signal: stop.signal })).toMatchObject({
    error: { code: 'script_aborted', message: 'cancelled' },
  });
  await gone.promise;
});
