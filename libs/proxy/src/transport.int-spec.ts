import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '#libs/kernel';
import { Outbound, parseOutboundPolicy } from '#libs/outbound';
import type { ProxyCall } from './domain/outbound-request.js';
import { testLease } from './test-lease.js';
import type { Attempt } from './domain/attempt.js';
import type { SendOptions } from './send-options.js';
import { ProxyTransport } from './transport.js';
import { LOOPBACK_OPEN } from '#libs/testing';

const MB = 1024 * 1024;
const CLOSED = {
  NANGO_PROXY_BASE_URL_OVERRIDE_ENABLED: true,
  NANGO_PROXY_BASE_URL_OVERRIDE_DENYLIST: undefined,
  NANGO_OUTBOUND_URL_POLICY: undefined,
};

const open = (config: typeof LOOPBACK_OPEN | typeof CLOSED) => new ProxyTransport(new Outbound(parseOutboundPolicy(config)));
const transport = open(LOOPBACK_OPEN);
const servers: { close(): void }[] = [];

async function listen(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  servers.push({ close: () => (server.closeAllConnections(), server.close()) });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

let handler: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
let requests: IncomingMessage[];
let base: string;
beforeAll(async () => {
  base = await listen((request, response) => {
    requests.push(request);
    void handler(request, response);
  });
});
afterEach(() => void (requests = []));
afterAll(async () => {
  for (const server of servers) server.close();
  await transport.close();
});
requests = [];

const request = (call: Partial<ProxyCall> = {}) =>
  transport.build({ lease: testLease(), method: 'GET', endpoint: '/x', baseUrlOverride: base, ...call });
const send = (call: Partial<ProxyCall> = {}, options: SendOptions = {}) => transport.send(request(call), options);
const failure = async (promise: Promise<unknown>): Promise<AppError> => {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof AppError) return error;
  throw new Error(`expected an AppError, got ${String(error)}`);
};

const echoOf = async (call: Partial<ProxyCall>) =>
  JSON.parse(await text((await send({ method: 'POST', ...call })).body)) as unknown;

const afterRedirect = async (status: string) =>
  text((await send({ method: 'POST', body: 'b', headers: { 'x-status': status } })).body);

const failingTwice = () => {
  handler = async (incoming, response) => {
    const body = await text(incoming);
    response.writeHead(requests.length < 3 ? 503 : 200, { 'retry-after': '0' }).end(`${requests.length}:${body}`);
  };
};

describe('an answer', () => {
  it('comes as it is, with its status, headers and bytes', async () => {
    handler = (_request, response) =>
      void response.writeHead(418, { 'x-up': 'yes', 'set-cookie': ['a=1', 'b=2'] }).end('short and stout');
    const { status, headers, body } = await send();
    expect([status, headers['x-up'], headers['set-cookie'], await text(body)]).toEqual([
      418,
      'yes',
      ['a=1', 'b=2'],
      'short and stout',
    ]);
    expect(requests[0]?.headers['authorization']).toBe('Bearer secret-key');
  });

  it.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])('to %s with %i has no body', async (method, status) => {
    handler = (_request, response) => void response.writeHead(status, status === 200 ? { 'content-length': '5' } : {}).end();
    const reply = await send({ method });
    expect([reply.status, await text(reply.body)]).toEqual([status, '']);
  });

  it('stays compressed, unless it is asked for plain', async () => {
    handler = ({ url }, response) => {
      const [encoding, bytes] = url === '/br' ? ['br', brotliCompressSync('hello')] : ['gzip', gzipSync('hello')];
      response.writeHead(200, { 'content-encoding': encoding, 'content-length': bytes.length }).end(bytes);
    };
    const asIs = await send();
    expect([asIs.headers['content-encoding'], (await asIs.body.toArray()).length > 0]).toEqual(['gzip', true]);
    for (const endpoint of ['/gzip', '/br']) {
      const plain = await send({ endpoint, decompress: true });
      expect([plain.headers['content-encoding'], plain.headers['content-length'], await text(plain.body)]).toEqual([
        undefined,
        undefined,
        'hello',
      ]);
    }
  });

  it('that claims a compression it has not fails while it is read', async () => {
    handler = (_request, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end('not gzip');
    const { body } = await send({ decompress: true });
    await expect(text(body)).rejects.toThrow(/incorrect header/);
  });

  it('that breaks off in the middle fails while it is read', async () => {
    handler = (_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    };
    const { status, body } = await send();
    expect(status).toBe(200);
    await expect(text(body)).rejects.toThrow();
  });
});

describe('an upstream that does not answer', () => {
  it('is reported as refused, reset or unknown', async () => {
    const gone = await listen(() => undefined);
    servers.pop()?.close();
    expect((await failure(send({ baseUrlOverride: gone }))).payload).toEqual({ code: 'ECONNREFUSED', method: 'GET' });
    handler = (_request, response) => void response.destroy();
    expect((await failure(send({ method: 'POST' }))).payload).toEqual({ code: 'UND_ERR_SOCKET', method: 'POST' });
    expect((await failure(send({ baseUrlOverride: 'http://nowhere.invalid' }))).payload).toMatchObject({ method: 'GET' });
  });

  it('is given up when the caller gives up', async () => {
    const gone = new AbortController();
    let closed: Promise<unknown> = Promise.resolve();
    handler = (_request, response) => {
      closed = once(response, 'close');
      gone.abort(new Error('client gone'));
    };
    await expect(send({}, { signal: gone.signal })).rejects.toThrow('client gone');
    await closed;
  });

  it('is left when the caller stops reading', async () => {
    let closed: Promise<unknown> = Promise.resolve();
    handler = (_request, response) => {
      closed = once(response, 'close');
      response.write('begin');
    };
    const { body } = await send();
    body.on('error', () => undefined).destroy();
    await closed;
    expect(requests).toHaveLength(1);
  });
});

describe('bodies', () => {
  it('go out byte for byte, with their length where it is known', async () => {
    handler = async (incoming, response) =>
      void response.end(
        JSON.stringify([incoming.headers['content-length'], incoming.headers['transfer-encoding'], await text(incoming)]),
      );
    expect(await echoOf({ body: Buffer.from('ü\0') })).toEqual(['3', null, 'ü\0']);
    expect(await echoOf({ body: Readable.from(['ab', 'c'], { objectMode: false }), bodyLength: 3 })).toEqual(['3', null, 'abc']);
    expect(await echoOf({ body: Readable.from(['ab', 'c'], { objectMode: false }) })).toEqual([null, 'chunked', 'abc']);
    expect(await echoOf({})).toEqual(['0', null, '']);
  });

  it('of any size stream both ways in constant memory', async () => {
    handler = (incoming, response) => void incoming.pipe(response);
    const size = 400;
    const chunk = Buffer.alloc(MB, 7);
    const source = Readable.from(
      (function* chunks() {
        for (let count = 0; count < size; count += 1) yield chunk;
      })(),
      { objectMode: false },
    );
    const { body } = await send({ method: 'POST', body: source });
    let bytes = 0;
    const peaks = { early: 0, late: 0 };
    for await (const part of body as AsyncIterable<Buffer>) {
      bytes += part.length;
      const half = bytes < (size / 2) * MB ? 'early' : 'late';
      peaks[half] = Math.max(peaks[half], process.memoryUsage().rss);
    }
    expect(bytes).toBe(size * MB);
    expect((peaks.late - peaks.early) / MB).toBeLessThan(32);
  });

  it('wait for an upstream that does not read', async () => {
    let produced = 0;
    let producedUnread = 0;
    handler = async (incoming, response) => {
      await once(incoming, 'readable');
      for (let turn = 0; turn < 200; turn += 1) await new Promise(setImmediate);
      producedUnread = produced;
      response.end(String((await text(incoming)).length));
    };
    const source = new Readable({
      read() {
        produced += 1;
        this.push(produced <= 100 ? Buffer.alloc(MB) : null);
      },
    });
    expect(await text((await send({ method: 'POST', body: source })).body)).toBe(String(100 * MB));
    expect(producedUnread).toBeLessThan(50);
  });
});

describe('another attempt', () => {
  it('is made as often as asked, and the last answer counts', async () => {
    failingTwice();
    const once503 = await send({}, { retries: 1 });
    expect([once503.status, await text(once503.body)]).toEqual([503, '2:']);
    requests = [];
    const attempts: Attempt[] = [];
    const { status, body } = await send({}, { retries: 5, onAttempt: (attempt) => attempts.push(attempt) });
    expect([status, await text(body)]).toEqual([200, '3:']);
    expect(attempts.map(({ number, outcome, retryInMs }) => [number, outcome.status, retryInMs])).toEqual([
      [0, 503, 0],
      [1, 503, 0],
      [2, 200, undefined],
    ]);
  });

  it('sends the same body again, also one that streams', async () => {
    for (const body of [Buffer.from('abc'), Readable.from(['a', 'bc'], { objectMode: false })]) {
      requests = [];
      failingTwice();
      expect(await text((await send({ method: 'POST', body }, { retries: 2 })).body)).toBe('3:abc');
    }
  });

  it('is not made with a body too long to remember', async () => {
    failingTwice();
    const body = Readable.from([Buffer.alloc(MB), Buffer.alloc(MB)], { objectMode: false });
    expect((await send({ method: 'POST', body }, { retries: 5 })).status).toBe(503);
    expect(requests).toHaveLength(1);
  });

  it('uses credentials read anew, or is left out where that makes no difference', async () => {
    handler = (incoming, response) =>
      void response.writeHead(incoming.headers['authorization'] === 'Bearer new' ? 200 : 401, { 'retry-after': '0' }).end('x');
    const renewed = request({ lease: testLease({ credentials: { type: 'API_KEY', apiKey: 'new' } }) });
    expect((await send({}, { retries: 1, renew: async () => renewed })).status).toBe(200);
    requests = [];
    const kept = await send({}, { retries: 3, renew: async () => null });
    expect([kept.status, await text(kept.body), requests.length]).toEqual([401, 'x', 1]);
  });

  it('follows a failure of the network', async () => {
    handler = (_request, response) => void (requests.length === 1 ? response.destroy() : response.end('ok'));
    const waits: (number | undefined)[] = [];
    const gone = new AbortController();
    const answered = send(
      { method: 'POST' },
      { retries: 1, signal: gone.signal, onAttempt: ({ retryInMs }) => (waits.push(retryInMs), gone.abort()) },
    );
    await expect(answered).rejects.toMatchObject({ name: 'AbortError' }); // the wait of three seconds ends with the caller
    expect(waits).toEqual([3_000]);
  });

  it('waits as long as the body of the refusal says', async () => {
    handler = (_request, response) =>
      void (requests.length === 1
        ? response.writeHead(429, { 'content-encoding': 'gzip' }).end(gzipSync('{"wait":0.05}'))
        : response.end('ok'));
    const lease = testLease({
      provider: { proxy: { base_url: base, retry: { in_body: { path: 'wait', value: '(.+)', strategy: 'after' } } } },
    });
    expect(await text((await send({ lease, baseUrlOverride: '' }, { retries: 1 })).body)).toBe('ok');
  });
});

describe('a redirect', () => {
  it('is followed, with the credentials on the same origin', async () => {
    handler = (incoming, response) =>
      incoming.url === '/x'
        ? void response.writeHead(302, { location: '/y?z=1' }).end('gone')
        : void response.end(`${incoming.url} ${incoming.headers['authorization']}`);
    expect(await text((await send()).body)).toBe('/y?z=1 Bearer secret-key');
  });

  it('to another origin leaves the credentials behind, unless they are to go along', async () => {
    const other = await listen((incoming, response) => void response.end(String(incoming.headers['authorization'])));
    handler = (_request, response) => void response.writeHead(307, { location: other }).end();
    expect(await text((await send()).body)).toBe('undefined');
    expect(await text((await send({ forwardHeadersOnRedirect: true })).body)).toBe('Bearer secret-key');
  });

  it('keeps method and body where it must', async () => {
    handler = async (incoming, response) => {
      const body = await text(incoming);
      if (incoming.url === '/x') response.writeHead(Number(incoming.headers['x-status']), { location: '/y' }).end();
      else response.end(`${incoming.method} ${body}`);
    };
    expect([await afterRedirect('308'), await afterRedirect('303'), await afterRedirect('302')]).toEqual([
      'POST b',
      'GET ',
      'GET ',
    ]);
  });

  it('that wants a streamed body again is handed to the caller', async () => {
    handler = (incoming, response) => void incoming.resume().once('end', () => response.writeHead(307, { location: '/y' }).end());
    expect((await send({ method: 'POST', body: Readable.from(['b'], { objectMode: false }) })).status).toBe(307);
  });

  it('is followed five times and no more', async () => {
    handler = (incoming, response) => {
      const step = Number(incoming.url?.slice(2) || 0);
      if (step === 5 && requests.length === 6) response.end('there');
      else response.writeHead(302, { location: `/x${step + 1}` }).end();
    };
    expect(await text((await send()).body)).toBe('there');
    requests = [];
    handler = (_request, response) => void response.writeHead(302, { location: '/x' }).end();
    expect((await failure(send())).payload).toEqual({ code: 'ERR_FR_TOO_MANY_REDIRECTS', method: 'GET' });
    expect(requests).toHaveLength(6);
  });

  it('to a refused address is not followed', async () => {
    handler = (_request, response) => void response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end();
    expect((await failure(send())).code).toBe('proxy_redirect_to_denied_host');
  });
});

describe('the policy', () => {
  const closed = open(CLOSED);
  afterAll(() => closed.close());

  it.each(['http://127.0.0.1:1', 'http://localhost:1', 'http://169.254.169.254', 'http://[::ffff:10.0.0.1]'])(
    'keeps requests from %s',
    async (baseUrlOverride) => {
      expect((await failure(closed.send(request({ baseUrlOverride })))).code).toBe('base_url_override_not_allowed');
    },
  );

  it('judges names by the addresses they resolve to', async () => {
    // A name of this machine that is on no list and resolves to a loopback address.
    const error = await failure(closed.send(request({ baseUrlOverride: 'http://ip6-localhost:1' })));
    expect(['base_url_override_not_allowed', 'upstream_unreachable']).toContain(error.code);
  });
});
