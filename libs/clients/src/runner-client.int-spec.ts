import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import type { ExecuteRequest } from '#libs/contracts';
import type { CallerTokens } from '#libs/execution-token';
import { RunnerClient } from './runner-client.js';

const RUN = { executionId: 'x', token: 'token of the run' } as ExecuteRequest;
const callers = { get: () => Promise.resolve('token') } as unknown as CallerTokens;
const OUTCOME = { status: 'succeeded', output: { a: 1 }, durationMs: 3, proxyCalls: 0 };
const never = new AbortController().signal;
const line = (value: object) => `${JSON.stringify(value)}\n`;

let server: Server | undefined;
let client: RunnerClient;
afterEach(async () => {
  await client.close();
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
});

async function runner(handle: (request: IncomingMessage, response: ServerResponse) => void, port = 0): Promise<number> {
  server = createServer(handle);
  await new Promise<void>((resolve) => void server?.listen(port, '127.0.0.1', resolve));
  const bound = (server.address() as AddressInfo).port;
  client = new RunnerClient(`http://127.0.0.1:${bound}`, callers);
  return bound;
}

it('answers the outcome that follows the heartbeats', async () => {
  await runner((request, response) => {
    expect([request.url, request.headers.authorization]).toEqual(['/executions', 'Bearer token']);
    response.write(line({ type: 'heartbeat' }));
    response.end(line({ type: 'outcome', outcome: OUTCOME }));
  });
  expect(await client.execute(RUN, { signal: never })).toEqual(OUTCOME);
});

it('uses connections again for the runs that follow', async () => {
  const ports = new Set<number | undefined>();
  await runner((request, response) => {
    ports.add(request.socket.remotePort);
    response.write(line({ type: 'heartbeat' }));
    response.end(line({ type: 'outcome', outcome: OUTCOME }));
  });
  for (let n = 0; n < 20; n += 1) await client.execute(RUN, { signal: never });
  // The next run may begin before the connection of the last one counts as free.
  expect(ports.size).toBeLessThanOrEqual(2);
});

it('takes a broken connection for a lost runner', async () => {
  await runner((_request, response) => {
    response.write(line({ type: 'heartbeat' }), () => response.destroy());
  });
  expect(await client.execute(RUN, { signal: never })).toMatchObject({
    status: 'failed',
    error: { code: 'function_runtime_other' },
  });
});

it('takes an end without an outcome for a lost runner', async () => {
  await runner((_request, response) => void response.end(line({ type: 'heartbeat' })));
  const { error } = (await client.execute(RUN, { signal: never })) as { error: { message: string } };
  expect(error.message).toBe('the runner was lost: it closed the connection');
});

it('does not send again what a runner refused', async () => {
  let asked = 0;
  await runner((_request, response) => {
    asked += 1;
    response.writeHead(401).end('no');
  });
  expect(await client.execute(RUN, { signal: never })).toMatchObject({ error: { code: 'function_runtime_other' } });
  expect(asked).toBe(1);
});

it('sends again while the runner is not ready', async () => {
  let asked = 0;
  await runner((_request, response) => {
    asked += 1;
    if (asked < 3) response.writeHead(503).end();
    else response.end(line({ type: 'outcome', outcome: OUTCOME }));
  });
  expect(await client.execute(RUN, { signal: never })).toEqual(OUTCOME);
});

it('waits for a runner that restarts', async () => {
  const port = await runner(() => undefined);
  await new Promise((resolve) => server?.close(resolve));
  const pending = client.execute(RUN, { signal: never });
  const first = client;
  await runner((_request, response) => void response.end(line({ type: 'outcome', outcome: OUTCOME })), port);
  expect(await pending).toEqual(OUTCOME);
  await first.close();
});

it('closes the connection when it is told to stop', async () => {
  const stop = new AbortController();
  const gone = new Promise<void>((resolve) => {
    void runner((_request, response) => {
      response.once('close', resolve);
      response.write(line({ type: 'heartbeat' }), () => stop.abort(new Error('cancelled')));
    });
  });
  await expect.poll(() => server?.listening).toBe(true);
  expect(await client.execute(RUN, { signal: stop.signal })).toMatchObject({
    error: { code: 'script_aborted', message: 'cancelled' },
  });
  await gone;
});
