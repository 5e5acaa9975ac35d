import { once } from 'node:events';
import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase, type TestRedis, testRedis } from '#libs/testing';
import { type TestProxy, testProxy } from './test-proxy.js';

/** The wire contract of /proxy (spec/api.md §3.10). */
let database: TestDatabase;
let redis: TestRedis;
let proxy: TestProxy;
let answer: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
let seen: IncomingMessage[] = [];
const upstream = createServer((request, response) => {
  seen.push(request);
  void answer(request, response);
});

beforeAll(async () => {
  [database, redis] = await Promise.all([testDatabase(), testRedis()]);
  proxy = await testProxy(database.url, database.encryptionKey, redis.url);
  await new Promise<void>((resolve) => void upstream.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/base`;
  await proxy.connect('bearer', 'private-api-bearer', { type: 'API_KEY', apiKey: 'the-secret-key' }, { base_url: base });
  await proxy.connect('basic', 'private-api-basic', { type: 'BASIC', username: 'ann', password: 'pa55word' }, { base_url: base });
  await proxy.connect('open', 'unauthenticated', { type: 'NONE' }, { base_url: base });
  await proxy.connect('nowhere', 'private-api-bearer', { type: 'API_KEY', apiKey: 'k' });
});
afterAll(async () => {
  await proxy.close();
  await Promise.all([database.close(), redis.close()]);
  upstream.closeAllConnections();
  upstream.close();
});
beforeEach(() => {
  seen = [];
  answer = (_request, response) => void response.end('ok');
});

const headersFor = (name: string, more: Record<string, string> = {}) => ({
  authorization: `Bearer ${proxy.key}`,
  'provider-config-key': name,
  'connection-id': name,
  ...more,
});
const call = (path: string, init: RequestInit & { headers?: Record<string, string> } = {}, name = 'bearer') =>
  fetch(`${proxy.url}/proxy${path}`, { redirect: 'manual', ...init, headers: headersFor(name, init.headers) });
const errorOf = async (path: string, headers: Record<string, string>, name?: string) => {
  const response = await call(path, { headers }, name);
  const { error } = (await response.json()) as { error: { code: string; errors?: { path: string[] }[] } };
  return [response.status, error.code, ...(error.errors ?? []).flatMap((issue) => issue.path)];
};

const lastOperation = async () => {
  await proxy.flush();
  return proxy.logs.all().at(-1)!;
};

const getJson = async (path: string) => {
  const response = await fetch(proxy.url + path, { headers: { authorization: `Bearer ${proxy.key}` } });
  return { status: response.status, body: (await response.json()) as { data: unknown } & Record<string, unknown> };
};

describe('a request', () => {
  it.each([
    ['bearer', 'Bearer the-secret-key'],
    ['basic', `Basic ${Buffer.from('ann:pa55word').toString('base64')}`],
    ['open', undefined],
  ])('of connection %s carries its credentials, and of the caller’s headers only those marked', async (name, authorization) => {
    await call(
      '/a/b?x=%20&y=1',
      { headers: { 'Nango-Proxy-X-Mine': '1', 'x-other': '2', accept: 'text/csv', cookie: 'c=1' } },
      name,
    );
    const { url, headers } = seen[0]!;
    expect([url, headers['authorization'], headers['x-mine']]).toEqual(['/base/a/b?x=%20&y=1', authorization, '1']);
    expect(Object.keys(headers).toSorted()).toEqual(
      ['accept', ...(authorization ? ['authorization'] : []), 'connection', 'host', 'user-agent', 'x-mine'].toSorted(),
    );
  });

  it.each([
    ['application/json', '{ "odd" : "spacing" }'],
    ['application/json', 'not json at all'],
    ['application/json', ''],
    ['application/x-www-form-urlencoded', 'a=1&a=2'],
    ['multipart/form-data; boundary=xyz', '--xyz\r\ncontent-disposition: form-data; name="f"\r\n\r\nv\r\n--xyz--\r\n'],
    ['application/octet-stream', '\0\u0001'],
    ['text/xml', '<a/>'],
  ])('goes out as it came in: %s %j', async (type, body) => {
    let received = '';
    answer = async (request, response) => {
      received = await text(request);
      response.end();
    };
    await call('/x', { method: 'POST', headers: { 'content-type': type }, body });
    expect([received, seen[0]?.headers['content-type']]).toEqual([body, body === '' ? undefined : type]);
  });

  it('has the content type that is marked, before its own', async () => {
    const headers = { 'content-type': 'text/plain', 'nango-proxy-content-type': 'application/vnd.api+json' };
    await call('/x', { method: 'PATCH', headers, body: 'x' });
    expect(seen[0]?.headers['content-type']).toBe('application/vnd.api+json');
  });

  it('may be larger than what this server parses', async () => {
    answer = async (request, response) => void response.end(String((await text(request)).length));
    const response = await call('/x', {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: 'x'.repeat(300_000),
    });
    expect(await response.text()).toBe('300000');
  });

  it.each(['HEAD', 'OPTIONS', 'DELETE'])('may be a %s', async (method) => {
    expect((await call('/x', { method })).status).toBe(200);
    expect(seen[0]?.method).toBe(method);
  });

  it('goes to another base address where the caller says so', async () => {
    const { port } = upstream.address() as AddressInfo;
    await call('/x', { headers: { 'base-url-override': `http://localhost:${port}/other/` } });
    expect(seen[0]?.url).toBe('/other/x');
  });

  it('is made again as often as allowed, on the statuses named', async () => {
    answer = (_request, response) => void response.writeHead(seen.length === 1 ? 503 : 404, { 'retry-after': '0' }).end();
    expect((await call('/x', { headers: { retries: '3', 'retry-on': '404' } })).status).toBe(404);
    expect(seen).toHaveLength(4);
  });
});

describe('an answer', () => {
  it('comes with the upstream’s status, headers and body, without those of its connection and its rules for browsers', async () => {
    answer = (_request, response) =>
      void response
        .writeHead(402, {
          'x-up': 'ü',
          'x-request-id': 'theirs',
          'set-cookie': ['a=1', 'b=2'],
          'access-control-allow-origin': 'https://evil.example',
          'x-frame-options': 'ALLOWALL',
          'keep-alive': 'timeout=1',
        })
        .end('{"error":{"code":"theirs"}}');
    const response = await call('/x');
    expect([response.status, await response.text()]).toEqual([402, '{"error":{"code":"theirs"}}']);
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-up': 'ü',
      'x-request-id': 'theirs',
      'access-control-allow-origin': '*',
      'x-frame-options': 'SAMEORIGIN',
    });
  });

  it('stays compressed for clients that can read it, and is decoded on demand', async () => {
    const bytes = gzipSync('plain text');
    answer = (_request, response) =>
      void response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': bytes.length }).end(bytes);
    const raw = httpRequest(`${proxy.url}/proxy/x`, { headers: headersFor('bearer') }).end();
    const [message] = (await once(raw, 'response')) as [IncomingMessage];
    expect([message.headers['content-encoding'], Buffer.concat((await message.toArray()) as Buffer[])]).toEqual(['gzip', bytes]);
    const decoded = await call('/x', { headers: { decompress: 'true' } });
    expect([decoded.headers.get('content-encoding'), await decoded.text()]).toEqual([null, 'plain text']);
  });

  it('may be empty', async () => {
    answer = (_request, response) => void response.writeHead(204).end();
    const response = await call('/x', { method: 'DELETE' });
    expect([response.status, await response.text()]).toEqual([204, '']);
  });

  it('that breaks off breaks off for the client too', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    };
    const response = await call('/x');
    await expect(response.text()).rejects.toThrow();
  });

  it('nobody waits for any more is not fetched to its end', async () => {
    let left: Promise<unknown> = Promise.resolve();
    const asked = new Promise<void>((resolve) => {
      answer = (_request, response) => {
        left = once(response, 'close');
        resolve();
      };
    });
    const gone = new AbortController();
    const pending = call('/x', { signal: gone.signal });
    await asked;
    gone.abort();
    await expect(pending).rejects.toThrow();
    await left;
  });
});

describe('a call in time', () => {
  it('that gets no answer is answered for when its time is up, and given up', async () => {
    let left: Promise<unknown> = Promise.resolve();
    answer = (_request, response) => void (left = once(response, 'close'));
    const response = await call('/x', { method: 'PUT', body: 'x', headers: { 'fairlead-timeout': '1', retries: '3' } });
    expect([response.status, await response.json()]).toEqual([
      500,
      { message: expect.stringContaining('no answer within the 1000 ms'), code: 'ETIMEDOUT', method: 'PUT' },
    ]);
    expect(response.headers.get('fairlead-retry')).toBe('refused; reason=out-of-time');
    await left;
    expect(seen).toHaveLength(1);
    expect((await lastOperation()).meta).toMatchObject({ attempts: 1, retry_refused: 'out-of-time' });
  });

  it('does not wait past it, and passes on what the upstream said', async () => {
    answer = (_request, response) => void response.writeHead(429, { 'retry-after': '30' }).end('later');
    const response = await call('/x', { headers: { 'fairlead-timeout': '5', retries: '3' } });
    expect([response.status, response.headers.get('retry-after'), await response.text()]).toEqual([429, '30', 'later']);
    expect(response.headers.get('fairlead-retry')).toBe('refused; reason=out-of-time');
  });

  it('is answered though the upstream does not read its body, and so is the next on that connection', async () => {
    answer = (_request, response) => void response.writeHead(503, { 'retry-after': '0' }).end('busy');
    const body = 'x'.repeat(5_000_000);
    for (const retries of ['0', '2']) {
      const response = await call('/x', { method: 'POST', body, headers: { retries } });
      expect([response.status, await response.text()]).toEqual([503, 'busy']);
    }
    expect((await call('/x')).status).toBe(503);
  });

  it('that cannot be sent again says so', async () => {
    answer = async (request, response) => {
      await text(request);
      response.writeHead(503, { 'retry-after': '0' }).end('busy');
    };
    const response = await call('/x', { method: 'POST', body: 'x'.repeat(1_100_000), headers: { retries: '1' } });
    expect([response.status, response.headers.get('fairlead-retry'), await response.text(), seen.length]).toEqual([
      503,
      'refused; reason=body-too-large',
      'busy',
      1,
    ]);
    expect((await lastOperation()).meta).toMatchObject({ retry_refused: 'body-too-large' });
  });
});

describe('a call that cannot be made', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['of an impossible connection', { 'connection-id': 'a#b' }, ['connection-id']],
    ['with retries that are no number', { retries: 'many' }, ['retries']],
    ['with a base that is no address', { 'base-url-override': 'here' }, ['base-url-override']],
    ['with statuses that are none', { 'retry-on': '5xx', decompress: 'yes' }, ['decompress', 'retry-on']],
    ['with a time that is none', { 'fairlead-timeout': '0' }, ['fairlead-timeout']],
    ['with a time in words', { 'fairlead-timeout': '5s' }, ['fairlead-timeout']],
    ['with a log id that is too long', { 'nango-activity-log-id': 'x'.repeat(256) }, ['nango-activity-log-id']],
  ])('%s names the header', async (_what, headers, paths) =>
    expect(await errorOf('/x', headers)).toEqual([400, 'invalid_headers', ...paths]),
  );

  it('takes empty headers, as clients send them', async () => {
    expect((await call('/x', { headers: { 'base-url-override': '', 'nango-activity-log-id': '' } })).status).toBe(200);
  });

  it.each<[string, string, Record<string, string>, unknown[]]>([
    ['unknown integration', '/x', { 'provider-config-key': 'none' }, [404, 'unknown_provider_config']],
    ['unknown connection', '/x', { 'connection-id': 'none' }, [400, 'server_error']],
    ['no endpoint', '', {}, [400, 'missing_api_url']],
    ['refused address', '/x', { 'base-url-override': 'http://169.254.169.254' }, [400, 'base_url_override_not_allowed']],
  ])('for %s says so', async (_what, path, headers, expected) => expect(await errorOf(path, headers)).toEqual(expected));

  it('for an API without an address says so', async () => {
    expect(await errorOf('/x', {}, 'nowhere')).toEqual([400, 'unsupported_provider']);
  });

  it('because the upstream redirects inside says so', async () => {
    answer = (_request, response) => void response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
    expect(await errorOf('/x', {})).toEqual([400, 'base_url_override_not_allowed']);
  });

  it('because the upstream does not answer says so without an envelope', async () => {
    answer = (_request, response) => void response.destroy();
    const response = await call('/x', { method: 'POST', body: 'x' });
    expect([response.status, await response.json()]).toEqual([
      500,
      { message: expect.any(String), code: 'UND_ERR_SOCKET', method: 'POST' },
    ]);
  });

  it('needs the scope', async () => {
    const key = await proxy.newKey('environment:connections:list');
    expect(await errorOf('/x', { authorization: `Bearer ${key}` })).toEqual([403, 'forbidden']);
  });

  it('cannot become a websocket', async () => {
    const request = httpRequest(`${proxy.url}/proxy/x`, {
      headers: headersFor('bearer', { connection: 'upgrade', upgrade: 'websocket' }),
    }).end();
    const [message] = (await once(request, 'response')) as [IncomingMessage];
    expect([message.statusCode, await text(message)]).toEqual([400, expect.stringContaining('"upgrade"')]);
  });
});

describe('the operation log', () => {
  it('tells of every call once, without credentials', async () => {
    answer = (request, response) => void response.writeHead(200, { 'x-echo': request.headers.authorization }).end();
    await call('/logged?key=the-secret-key');
    const operation = await lastOperation();
    expect(operation).toMatchObject({
      type: 'proxy',
      action: 'call',
      state: 'success',
      integrationName: 'bearer',
      connectionName: 'bearer',
      provider: 'private-api-bearer',
      response: { code: 200 },
    });
    expect(JSON.stringify(operation)).not.toContain('the-secret-key');
    expect(operation.request?.url).toMatch(/\/base\/logged\?key=\[redacted\]$/);
  });

  it('tells of attempts and of failures', async () => {
    answer = (_request, response) => void response.writeHead(500, { 'retry-after': '0' }).end();
    await call('/x', { headers: { retries: '1' } });
    const operation = await lastOperation();
    expect([operation.state, (await proxy.logs.messages(operation.id)).length]).toEqual(['failed', 2]);
    await call('/x', { headers: { 'connection-id': 'none' } });
    expect(await lastOperation()).toMatchObject({ state: 'failed', error: { name: 'server_error' }, connectionName: 'none' });
  });

  it('shows what the upstream said with its refusal, without credentials', async () => {
    answer = (_request, response) =>
      void response.writeHead(422, { 'content-type': 'application/json' }).end('{"why":"the-secret-key is odd"}');
    await (await call('/x')).text();
    expect((await lastOperation()).response).toMatchObject({ code: 422, body: '{"why":"[redacted] is odd"}' });
  });

  it('takes calls of an operation as its messages', async () => {
    const operation = await lastOperation();
    await call('/x', { headers: { 'nango-activity-log-id': operation.id } });
    expect((await lastOperation()).id).toBe(operation.id);
    expect(await proxy.logs.messages(operation.id)).toHaveLength(1);
  });
});

describe('the catalogue', () => {
  it('is listed, searched and shown', async () => {
    const all = (await getJson('/providers')).body.data as { name: string }[];
    expect(all.length).toBeGreaterThan(11);
    expect(((await getJson('/providers?search=GITHUB-PAT')).body.data as { name: string }[]).map(({ name }) => name)).toEqual([
      'github-pat',
    ]);
    expect((await getJson('/providers/github-pat')).body.data).toMatchObject({
      name: 'github-pat',
      auth_mode: 'API_KEY',
      logo_url: 'https://fairlead.example/images/template-logos/github-pat.svg',
    });
    expect(await getJson('/providers/nothing')).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
    expect((await getJson('/providers?x=1')).body).toMatchObject({ error: { code: 'invalid_query_params' } });
    expect((await getJson('/providers/nothing/templates')).body).toEqual({ data: [] });
  });

  it('is public as a whole', async () => {
    const response = await fetch(`${proxy.url}/providers.json`);
    expect(Object.keys((await response.json()) as object)).toContain('openai');
  });
});
