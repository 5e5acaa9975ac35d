import { once } from 'node:events';
import { createServer, get, Agent, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it } from 'vitest';
import { putInFront } from './front-route.js';

let server: Server;
const agent = new Agent({ keepAlive: true });
afterEach(() => {
  agent.destroy();
  server.close();
});

async function start(handle: (answer: () => void) => void = (answer) => answer()): Promise<void> {
  server = createServer((_request, response) => response.end('framework'));
  putInFront(server, { prefix: '/front', handle: (_request, response) => handle(() => response.end('front')) });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

async function fetched(path: string): Promise<string> {
  const { port } = server.address() as AddressInfo;
  const [response] = (await once(get({ port, path, agent }), 'response')) as [IncomingMessage];
  return text(response);
}

it.each([
  ['/front', 'front'],
  ['/front/a?b=/c', 'front'],
  ['/front?a', 'front'],
  ['/frontal', 'framework'],
  ['/', 'framework'],
  ['/a/front', 'framework'],
])('answers %s by the %s', async (path, by) => {
  await start();
  expect(await fetched(path)).toBe(by);
});

it('lets a client go that sends another request when the port is closed', async () => {
  let answerFirst: (() => void) | undefined;
  await start((answer) => {
    if (answerFirst) return answer();
    answerFirst = answer;
    server.close();
    socket.write('GET /front HTTP/1.1\r\nhost: a\r\n\r\n', answerFirst);
  });
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write('GET /front HTTP/1.1\r\nhost: a\r\n\r\n');
  const answers = await text(socket);
  expect(answers.match(/connection: [\w-]+/gi)).toEqual(['Connection: keep-alive', 'Connection: close']);
});

it('wants the framework to be the only listener', () => {
  server = createServer(() => undefined).on('request', () => undefined);
  expect(() => putInFront(server, { prefix: '/x', handle: () => undefined })).toThrow('only listener');
});
