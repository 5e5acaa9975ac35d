import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { connect as dial, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startStack, type Stack } from '#libs/testing';
import { Api, connect } from '../e2e/support/api.js';
import { Customer } from './customer.js';
import { OK, type UpstreamCall } from './fault.js';
import { type RawUpstream, startRawUpstream } from './upstream.js';

/** Bytes pass as they come, both ways, and whoever goes away takes the call along. */
const WITHIN_MS = 1_000;
let stack: Stack;
let upstream: RawUpstream;
let customer: Customer;
let onCall: (call: UpstreamCall) => void;
const sockets: Socket[] = [];

beforeAll(async () => {
  upstream = await startRawUpstream((path) => ({
    ...(path.startsWith('/early') ? { early: true } : {}),
    serve: (call) => onCall(call),
  }));
  stack = await startStack();
  customer = new Customer(stack, await connect(new Api(stack), 'streamed', upstream.url));
});
afterAll(async () => {
  customer.agent.destroy();
  await stack.stop();
  await upstream.close();
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** The upstream's side of a call, once its request is there. */
const nextCall = () => new Promise<UpstreamCall>((resolve) => (onCall = resolve));
const responseOf = async (request: ClientRequest) => ((await once(request, 'response')) as [IncomingMessage])[0];
const chunkOf = async (from: IncomingMessage | Socket) => String(((await once(from, 'data')) as [Buffer])[0]);
const isOver = (socket: Socket) => expect.poll(() => socket.destroyed, { timeout: WITHIN_MS, interval: 20 }).toBe(true);

/** A caller that writes its requests itself. */
async function rawCaller(): Promise<Socket> {
  const { hostname, port } = new URL(stack.baseUrl);
  const socket = dial({ host: hostname, port: Number(port), allowHalfOpen: true });
  sockets.push(socket.on('error', () => undefined));
  await once(socket, 'connect');
  return socket;
}

const rawRequest = (path: string, more: Readonly<Record<string, string>> = {}): string =>
  `${[`GET /proxy${path} HTTP/1.1`, ...Object.entries(customer.headers({ host: 'fairlead', ...more })).map((pair) => pair.join(': '))].join('\r\n')}\r\n\r\n`;

async function readUntil(socket: Socket, end: RegExp): Promise<string> {
  let read = '';
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    read += chunk.toString('latin1');
    if (end.test(read)) return read;
  }
  return read;
}

describe('a stream', () => {
  it('of events passes event by event, and its head before the first', async () => {
    const called = nextCall();
    const request = customer.open('/events').end();
    const { socket } = await called;
    const response = responseOf(request);
    socket.write(`${OK}\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n`);
    const events = await response;
    expect(events.headers['content-type']).toBe('text/event-stream');
    for (const event of ['data: one\n\n', 'data: two\n\n', ': beat\n\n']) {
      const came = chunkOf(events);
      socket.write(`${event.length.toString(16)}\r\n${event}\r\n`);
      expect(await came).toBe(event);
    }
    socket.write('0\r\n\r\n');
    await once(events.resume(), 'end');
  });

  it('of a compressed body passes as it is decoded', async () => {
    const called = nextCall();
    const request = customer.open('/x', { headers: { decompress: 'true' } }).end();
    const { socket } = await called;
    const response = responseOf(request);
    socket.write(`${OK}\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n`);
    const { createGzip, constants } = await import('node:zlib');
    const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
    gzip.pipe(socket);
    const download = await response;
    for (const part of ['one', 'two']) {
      const came = chunkOf(download);
      gzip.write(part);
      expect(await came).toBe(part);
    }
    gzip.end();
    await once(download.resume(), 'end');
  });

  it.each([{}, { retries: '2' }])('of a request passes while it is being written, with %j', async (headers) => {
    const called = nextCall();
    const request = customer.open('/early', { method: 'POST', headers });
    request.write('one');
    const { socket, body } = await called;
    let seen = body.toString('latin1');
    socket.on('data', (chunk: Buffer) => (seen += chunk.toString('latin1')));
    await expect.poll(() => seen).toContain('one');
    for (const part of ['two', 'three']) {
      request.write(part);
      await expect.poll(() => seen).toContain(part);
    }
    request.end();
    await expect.poll(() => seen).toMatch(/0\r\n\r\n$/);
    socket.write(`${OK}\r\nContent-Length: 2\r\n\r\nok`);
    expect((await responseOf(request)).resume().statusCode).toBe(200);
  });

  it.each([{}, { retries: '2' }])(
    'of a request that is refused half-way leaves its connection good, with %j',
    async (headers) => {
      onCall = ({ socket }) =>
        void socket.end('HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig');
      const request = customer.open('/early', { method: 'POST', headers });
      request.write(Buffer.alloc(200_000));
      const response = await responseOf(request);
      expect(response.resume().statusCode).toBe(413);
      request.end(Buffer.alloc(4_000_000));
      await once(request, 'close');
      onCall = ({ socket }) => void socket.write(`${OK}\r\nContent-Length: 4\r\n\r\ngood`);
      expect(await customer.call('/good')).toMatchObject({ status: 200, body: 'good' });
    },
  );
});

describe('a caller that goes away', () => {
  it('while it waits ends the call', async () => {
    const called = nextCall();
    const request = customer.open('/x').on('error', () => undefined);
    request.end();
    const { socket } = await called;
    request.destroy();
    await isOver(socket);
  });

  it('within a download ends the call', async () => {
    const called = nextCall();
    const request = customer.open('/x').end();
    const { socket } = await called;
    socket.write(`${OK}\r\nContent-Length: 1000000\r\n\r\nbeginning`);
    const response = await responseOf(request);
    await chunkOf(response.on('error', () => undefined));
    response.destroy();
    await isOver(socket);
  });

  it('within a download that it does not read ends the call', async () => {
    const called = nextCall();
    const request = customer.open('/x').end();
    const { socket } = await called;
    const responded = responseOf(request);
    socket.write(`${OK}\r\nContent-Length: 10000000000\r\n\r\n`);
    const response = await responded;
    const more = Buffer.alloc(1024 * 1024);
    while (socket.write(more)) await delay(1);
    response.on('error', () => undefined).destroy();
    await isOver(socket);
  });

  it.each([{}, { retries: '2' }])('within an upload ends the call, with %j', async (headers) => {
    const called = nextCall();
    const request = customer.open('/early', { method: 'POST', headers }).on('error', () => undefined);
    request.write(Buffer.alloc(100_000));
    const { socket } = await called;
    socket.resume();
    request.destroy();
    await isOver(socket);
  });

  it('by half ends the call: nobody could tell it from one that is gone', async () => {
    const called = nextCall();
    const caller = await rawCaller();
    caller.end(rawRequest('/x'));
    await isOver((await called).socket);
  });

  it('between attempts ends them', async () => {
    let calls = 0;
    const first = new Promise<void>((resolve) => {
      onCall = ({ socket }) => {
        calls += 1;
        socket.write('HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n', () => resolve());
      };
    });
    const request = customer.open('/x', { headers: { retries: '3' } }).on('error', () => undefined);
    request.end();
    await first;
    request.destroy();
    await delay(3_500); // the wait before another attempt is three seconds
    expect(calls).toBe(1);
  });
});

describe('HTTP', () => {
  it.each(['HEAD', 'OPTIONS', 'TRACE', 'DELETE', 'PROPFIND', 'REPORT', 'SEARCH'])('%s passes', async (method) => {
    onCall = (call) => void call.socket.write(`${OK}\r\nX-Method: ${call.method}\r\nContent-Length: 0\r\n\r\n`);
    expect(await customer.call('/x', { method })).toMatchObject({ status: 200, headers: { 'x-method': method } });
  });

  it('requests sent ahead on one connection are answered in order', async () => {
    onCall = ({ socket, path }) => {
      const answer = `${OK}\r\nContent-Length: 2\r\n\r\n${path}`;
      setTimeout(() => socket.write(answer), path === '/1' ? 100 : 0);
    };
    const caller = await rawCaller();
    caller.write(['/1', '/2', '/3'].map((path) => rawRequest(path)).join(''));
    const read = await readUntil(caller, /\/3$/);
    expect(read.match(/^\/\d/gm)?.map((path) => path.slice(0, 2))).toEqual(['/1', '/2', '/3']);
  });

  const offer = (upgrade: string) => ({
    connection: 'Upgrade, HTTP2-Settings',
    upgrade,
    'http2-settings': 'AAMAAABkAAQAoAAAAAIAAAAA',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  });

  it.each(['websocket', 'WebSocket'])('does not become a %s, and says what to do', async (upgrade) => {
    onCall = () => expect.unreachable('it was sent on');
    const caller = await rawCaller();
    caller.write(rawRequest('/x', offer(upgrade)));
    const read = await readUntil(caller, /\}\]\}\}$/);
    expect(read).toMatch(/^HTTP\/1.1 400 /);
    expect(read).toContain('"invalid_headers"');
    expect(read).toContain('GET /connections/{connectionId}');
  });

  it.each(['h2c', 'TLS/1.2'])('stays what it is where %s is offered, as some clients do with every request', async (upgrade) => {
    let head = '';
    onCall = (call) => {
      ({ head } = call);
      call.socket.write(`${OK}\r\nContent-Length: 4\r\n\r\nokay`);
    };
    const caller = await rawCaller();
    caller.write(rawRequest('/x', offer(upgrade)));
    expect(await readUntil(caller, /okay$/)).toMatch(/^HTTP\/1.1 200 /);
    expect(head).not.toMatch(/upgrade|http2-settings/i);
  });
});
