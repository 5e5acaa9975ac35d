import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { ServiceClient } from './service-client.js';

const BATCH = {
  method: 'POST',
  path: '/records/Contact/save',
  token: 't',
  body: '[{"id":1}]',
  headers: { 'x-batch-id': 'b1' },
} as const;

let server: Server;
let client: ServiceClient;

async function answering(answer: RequestListener, attempts = 2): Promise<void> {
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  client = new ServiceClient(`http://127.0.0.1:${port}`, 'persist', { connections: 2, attempts, answerMs: 5_000 });
}

afterEach(async () => {
  await client.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Says how long the answer is, and breaks off before its end. */
const breakOff: RequestListener = (request, response) => {
  request.resume().once('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '14' });
    response.write('{"adde', () => response.destroy());
  });
};

it('asks again, under the same batch id, when an answer breaks off in the middle', async () => {
  const ids: unknown[] = [];
  await answering((request, response) => {
    ids.push(request.headers['x-batch-id']);
    if (ids.length === 1) return breakOff(request, response);
    request.resume();
    return void response.setHeader('content-type', 'application/json').end('{"added": 1}');
  });
  expect(await client.call(BATCH)).toEqual({ added: 1 });
  expect(ids).toEqual(['b1', 'b1']);
});

it('says that the service cannot be reached when every answer breaks off', async () => {
  let asked = 0;
  await answering((request, response) => {
    asked += 1;
    breakOff(request, response);
  });
  await expect(client.call(BATCH)).rejects.toMatchObject({
    message: expect.stringContaining('the persist service cannot be reached') as string,
  });
  expect(asked).toBe(2);
});

it('asks once where it may not ask twice', async () => {
  let asked = 0;
  await answering((request, response) => {
    asked += 1;
    breakOff(request, response);
  }, 1);
  await expect(client.call(BATCH)).rejects.toThrow('cannot be reached');
  expect(asked).toBe(1);
});
