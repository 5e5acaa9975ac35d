import { Nango } from '@nangohq/node';
import FormData from 'form-data';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startStack, type Stack } from '#libs/testing';
import { Api, connect } from '../e2e/support/api.js';

/** Every way in which the published SDK calls the proxy, unmodified. */
interface Received extends Pick<IncomingMessage, 'method' | 'url' | 'headers'> {
  readonly body: Buffer;
}

let stack: Stack;
let nango: Nango;
let received: Received[] = [];
let answer: (response: ServerResponse, request: Received) => void;
const upstream = createServer((request, response) => void take(request, response));
/** Another origin, for redirects and overrides. */
const elsewhere = createServer(({ headers }, response) => void response.end(JSON.stringify({ there: true, headers })));
async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url, headers } = request;
  const whole = { method, url, headers, body: await buffer(request) };
  received.push(whole);
  answer(response, whole);
}

const urlOf = (server: typeof upstream) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const json =
  (body: unknown, status = 200) =>
  (response: ServerResponse) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

beforeAll(async () => {
  for (const server of [upstream, elsewhere]) await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  stack = await startStack();
  const { key, id } = await connect(new Api(stack), 'acme', urlOf(upstream));
  nango = new Nango({ host: stack.baseUrl, apiKey: stack.secretKey, providerConfigKey: key, connectionId: id });
}, 120_000);
afterAll(async () => {
  await stack.stop();
  for (const server of [upstream, elsewhere]) {
    server.closeAllConnections();
    server.close();
  }
});
beforeEach(() => {
  received = [];
  answer = json({ ok: true });
});

const last = () => received.at(-1)!;
const multipartOf = (parts: Received) =>
  new Response(new Uint8Array(parts.body), { headers: { 'content-type': String(parts.headers['content-type']) } }).formData();

describe('the methods', () => {
  it.each(['get', 'post', 'put', 'patch', 'delete'] as const)('%s', async (method) => {
    const response = await nango[method]({ endpoint: '/a/b', ...(method === 'get' ? {} : { data: { n: 1 } }) });
    expect([response.status, response.data]).toEqual([200, { ok: true }]);
    expect(last()).toMatchObject({ method: method.toUpperCase(), url: '/a/b' });
    expect(last().headers).toMatchObject({ authorization: 'Bearer secret-of-acme' });
    expect(last().body.toString()).toBe(method === 'get' ? '' : '{"n":1}');
  });

  it.each(['GET', 'post', 'PUT', 'PROPFIND', 'REPORT'] as const)('proxy, of %s', async (method) => {
    await nango.proxy({ method, endpoint: '/x' });
    expect(last().method).toBe(method.toUpperCase());
  });

  it('name another connection than the client’s own', async () => {
    await connect(new Api(stack), 'other', urlOf(upstream));
    await nango.get({ endpoint: '/x', providerConfigKey: 'other', connectionId: 'other-connection' });
    expect(last().headers.authorization).toBe('Bearer secret-of-other');
  });
});

describe('a request', () => {
  it('has the headers it is given, and not those of the SDK', async () => {
    await nango.get({ endpoint: '/x', headers: { 'X-Mine': 'yes', Accept: 'text/csv' } });
    expect(last().headers).toMatchObject({ 'x-mine': 'yes', accept: 'text/csv' });
    expect(Object.keys(last().headers).filter((name) => /nango|provider-config|connection-id/.test(name))).toEqual([]);
  });

  it.each([
    [
      { a: 'x y', n: 1, more: 'ä&b' },
      { a: 'x y', n: '1', more: 'ä&b' },
    ],
    ['a=1&b=2', { a: '1', b: '2' }],
  ])('has the parameters %j', async (params, expected) => {
    await nango.get({ endpoint: '/x', params });
    expect(Object.fromEntries(new URL(last().url!, 'http://x').searchParams)).toEqual(expected);
  });

  it('carries JSON', async () => {
    await nango.post({ endpoint: '/x', data: { hello: 'wörld', list: [1, null] } });
    expect(last().headers['content-type']).toMatch(/^application\/json/);
    expect(JSON.parse(last().body.toString())).toEqual({ hello: 'wörld', list: [1, null] });
  });

  it('carries a form', async () => {
    await nango.post({
      endpoint: '/x',
      data: new URLSearchParams({ a: '1 2', b: 'ü' }),
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    expect(last().headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
    expect(Object.fromEntries(new URLSearchParams(last().body.toString()))).toEqual({ a: '1 2', b: 'ü' });
  });

  it('carries a form of several parts with files', async () => {
    const bytes = Buffer.from([0, 255, 13, 10, 45, 45]);
    const form = new FormData();
    form.append('name', 'Ada');
    form.append('file', bytes, { filename: 'päper.bin', contentType: 'application/octet-stream' });
    form.append('stream', Readable.from([Buffer.from('from a '), Buffer.from('stream')]), { filename: 's.txt' });
    await nango.post({ endpoint: '/x', data: form, headers: form.getHeaders() });
    const parts = await multipartOf(last());
    const file = parts.get('file') as File;
    expect([
      parts.get('name'),
      file.name,
      Buffer.from(await file.arrayBuffer()),
      await (parts.get('stream') as File).text(),
    ]).toEqual(['Ada', 'päper.bin', bytes, 'from a stream']);
  });

  it.each([
    ['bytes', () => Buffer.from([0, 1, 254, 255])],
    ['a stream of bytes', () => Readable.from([Buffer.from([0, 1]), Buffer.from([254, 255])], { objectMode: false })],
  ])('carries %s', async (_what, data) => {
    await nango.put({ endpoint: '/x', data: data(), headers: { 'Content-Type': 'application/octet-stream' } });
    expect([last().headers['content-type'], last().body]).toEqual(['application/octet-stream', Buffer.from([0, 1, 254, 255])]);
  });

  it('goes to another base address', async () => {
    expect((await nango.get({ endpoint: '/x', baseUrlOverride: urlOf(elsewhere) })).data).toMatchObject({ there: true });
    expect(received).toEqual([]);
  });
});

describe('an answer', () => {
  it('has the status and headers of the provider', async () => {
    answer = (response) => void response.writeHead(201, { 'x-up': 'yes', link: '</next>; rel="next"' }).end();
    const { status, headers } = await nango.post({ endpoint: '/x' });
    expect([status, headers['x-up'], headers['link']]).toEqual([201, 'yes', '</next>; rel="next"']);
  });

  it('comes as text, bytes or a stream, as it is asked for', async () => {
    const bytes = Buffer.from('{"a":"ü"}');
    answer = (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(bytes);
    expect((await nango.get({ endpoint: '/x' })).data).toEqual({ a: 'ü' });
    expect(Buffer.from((await nango.get<ArrayBuffer>({ endpoint: '/x', responseType: 'arraybuffer' })).data)).toEqual(bytes);
    const stream = await nango.get<Readable>({ endpoint: '/x', responseType: 'stream' });
    expect(await text(stream.data)).toBe(bytes.toString());
    answer = (response) => void response.writeHead(200, { 'content-type': 'text/plain' }).end('plain ü');
    expect((await nango.get({ endpoint: '/x', responseType: 'text' })).data).toBe('plain ü');
  });

  it('streams while it is being written', async () => {
    let goOn = () => {};
    answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('first');
      goOn = () => response.end('second');
    };
    const { data } = await nango.get<Readable>({ endpoint: '/x', responseType: 'stream' });
    const parts: string[] = [];
    for await (const part of data as AsyncIterable<Buffer>) {
      parts.push(part.toString());
      goOn();
    }
    expect(parts).toEqual(['first', 'second']);
  });

  it.each([true, false])('is plain in the end, with decompress: %s', async (decompress) => {
    answer = (response) =>
      void response.writeHead(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip' }).end(gzipSync('hello'));
    const response = await nango.get({ endpoint: '/x', decompress });
    expect(response.data).toBe('hello');
  });
});

describe('retries', () => {
  const failing = (status: number, times: number) => (response: ServerResponse) =>
    void response.writeHead(received.length <= times ? status : 200, { 'retry-after': '0' }).end('{}');

  it('are made as often as allowed', async () => {
    answer = failing(503, 2);
    expect((await nango.get({ endpoint: '/x', retries: 2 })).status).toBe(200);
    expect(received).toHaveLength(3);
    received = [];
    await expect(nango.get({ endpoint: '/x', retries: 1 })).rejects.toMatchObject({ response: { status: 503 } });
    expect(received).toHaveLength(2);
  });

  it('are not made unasked', async () => {
    answer = failing(503, 1);
    await expect(nango.get({ endpoint: '/x' })).rejects.toMatchObject({ response: { status: 503 } });
    expect(received).toHaveLength(1);
  });

  it('send the body again, a stream too', async () => {
    answer = failing(503, 1);
    await nango.post({
      endpoint: '/x',
      data: Readable.from([Buffer.from('streamed')]),
      headers: { 'Content-Type': 'text/plain' },
      retries: 1,
    });
    expect(received.map(({ body }) => body.toString())).toEqual(['streamed', 'streamed']);
  });

  it('follow the statuses that are named', async () => {
    answer = failing(404, 1);
    expect((await nango.get({ endpoint: '/x', retries: 1, retryOn: [404] })).status).toBe(200);
    received = [];
    await expect(nango.get({ endpoint: '/x', retries: 1 })).rejects.toMatchObject({ response: { status: 404 } });
  });
});

describe('a redirect to another origin', () => {
  it.each([
    [false, undefined],
    [true, 'Bearer secret-of-acme'],
  ])('with forwardHeadersOnRedirect: %s carries %s', async (forwardHeadersOnRedirect, authorization) => {
    answer = (response) => void response.writeHead(302, { location: urlOf(elsewhere) }).end();
    const { data } = await nango.get<{ headers: Record<string, string> }>({ endpoint: '/x', forwardHeadersOnRedirect });
    const told = typeof data === 'string' ? (JSON.parse(data) as typeof data) : data;
    expect(told.headers['authorization']).toBe(authorization);
  });
});

describe('an error', () => {
  it('of the provider is its own', async () => {
    answer = json({ error: { reason: 'no such thing' } }, 422);
    await expect(nango.get({ endpoint: '/x' })).rejects.toMatchObject({
      message: 'Request failed with status code 422',
      response: { status: 422, data: { error: { reason: 'no such thing' } } },
    });
  });

  it('of Fairlead has a code', async () => {
    await expect(nango.get({ endpoint: '/x', connectionId: 'nobody' })).rejects.toMatchObject({
      response: { status: 400, data: { error: { code: 'server_error' } } },
    });
    await expect(nango.get({ endpoint: '/x', providerConfigKey: 'nothing' })).rejects.toMatchObject({
      response: { status: 404, data: { error: { code: 'unknown_provider_config' } } },
    });
  });

  it('of the network is told by its name', async () => {
    answer = (response) => void response.destroy();
    await expect(nango.post({ endpoint: '/x', data: {} })).rejects.toMatchObject({
      response: { status: 500, data: { code: 'UND_ERR_SOCKET', method: 'POST', message: expect.any(String) } },
    });
  });

  it('within an answer is no end of it', async () => {
    answer = (response) => {
      response.writeHead(200, { 'content-length': '100', 'content-type': 'text/plain' });
      response.write('half', () => response.destroy());
    };
    await expect(nango.get({ endpoint: '/x' })).rejects.toMatchObject({ message: expect.stringMatching(/aborted|hang up/) });
    const { data } = await nango.get<Readable>({ endpoint: '/x', responseType: 'stream' });
    await expect(text(data)).rejects.toThrow(/aborted/);
  });
});
