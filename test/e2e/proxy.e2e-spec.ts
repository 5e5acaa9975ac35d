import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { startUpstream, type Upstream } from '#libs/testing';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Api, connect, expectStatus, of } from './support/api.js';

/** The proxy: credentials in, bytes through (spec/api.md §3.10). */
const INTEGRATION = 'proxied';
const CONNECTION = of(INTEGRATION, 'proxied-connection');
const stack = inject('stack');
let api: Api;
let upstream: Upstream;

beforeAll(async () => {
  api = new Api(stack);
  upstream = await startUpstream();
  upstream.on('*', '/echo', (request) => ({
    status: 200,
    headers: { 'x-upstream': 'yes' },
    body: { method: request.method, query: request.query, headers: request.headers, text: request.text },
  }));
  upstream.on('GET', '/missing', () => ({ status: 404, body: { error: 'upstream says no' } }));
  upstream.on('DELETE', '/thing', () => ({ status: 204 }));
  upstream.on('GET', '/cut', () => ({ destroy: true }));
  let calls = 0;
  upstream.on('GET', '/flaky', () => ({
    status: ++calls % 2 === 1 ? 503 : 200,
    headers: { 'retry-after': '0' },
    body: { calls },
  }));
  await connect(api, INTEGRATION, upstream.url);
});
afterAll(() => upstream.close());

interface Echo {
  method: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  text: string;
}

describe('a proxied call', () => {
  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('passes %s on, with the connection’s credentials', async (method) => {
    const reply = await api.call<Echo>(method, '/proxy/echo?a=1&b=2', {
      headers: { ...CONNECTION, 'nango-proxy-x-mine': 'yes', 'x-not-mine': 'no', 'base-url-override': '' },
      ...(method === 'GET' ? {} : { body: { hello: 'wörld' } }),
    });
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({ method, query: { a: '1', b: '2' } });
    expect(reply.body.headers).toMatchObject({ authorization: 'Bearer secret-of-proxied', 'x-mine': 'yes' });
    expect(reply.body.headers).not.toHaveProperty('x-not-mine');
    expect(reply.body.headers).not.toHaveProperty('provider-config-key');
    if (method !== 'GET') expect(JSON.parse(reply.body.text)).toEqual({ hello: 'wörld' });
  });

  it('answers with the upstream’s status, headers and body, also when it is an error', async () => {
    const reply = await api.get('/proxy/missing', { headers: CONNECTION });
    expect([reply.status, reply.body]).toEqual([404, { error: 'upstream says no' }]);
    expect((await api.get('/proxy/echo', { headers: CONNECTION })).headers.get('x-upstream')).toBe('yes');
    expect((await api.delete('/proxy/thing', { headers: CONNECTION })).status).toBe(204);
  });

  it('goes to another base address where the caller says so', async () => {
    const other = await startUpstream();
    other.on('GET', '/there', () => ({ status: 200, body: { there: true } }));
    const reply = await api.get('/proxy/there', { headers: { ...CONNECTION, 'base-url-override': other.url } });
    await other.close();
    expect(reply.body).toEqual({ there: true });
  });

  it('is tried again as often as the caller allows', async () => {
    expect((await api.get('/proxy/flaky', { headers: { ...CONNECTION, retries: '2' } })).status).toBe(200);
  });

  it('streams large bodies both ways, byte for byte', async () => {
    const chunk = Buffer.alloc(1024 * 1024, 'abcdefgh');
    const size = 64;
    const sent = createHash('sha256');
    upstream.stream('POST', '/mirror');
    const reply = await fetch(`${stack.baseUrl}/proxy/mirror`, {
      method: 'POST',
      headers: { ...CONNECTION, authorization: `Bearer ${stack.secretKey}`, 'content-type': 'application/octet-stream' },
      body: Readable.toWeb(
        Readable.from(
          (function* chunks() {
            for (let n = 0; n < size; n += 1) {
              sent.update(chunk);
              yield chunk;
            }
          })(),
        ),
      ) as never,
      duplex: 'half',
    });
    const received = createHash('sha256');
    let bytes = 0;
    for await (const part of reply.body ?? []) {
      bytes += part.length;
      received.update(part);
    }
    expect(bytes).toBe(size * chunk.length);
    expect(received.digest('hex')).toBe(sent.digest('hex'));
  });
});

describe('a call that cannot be proxied', () => {
  it('names the headers that are missing', async () => {
    const reply = await api.get<{ error: { code: string; errors: { path: string[] }[] } }>('/proxy/echo');
    expect([reply.status, reply.body.error.code]).toEqual([400, 'invalid_headers']);
    expect(reply.body.error.errors.map((issue) => issue.path[0]).toSorted((a, b) => (a ?? '').localeCompare(b ?? ''))).toEqual([
      'connection-id',
      'provider-config-key',
    ]);
  });

  it.each([
    ['an unknown integration', of('no-such', 'x'), 404, 'unknown_provider_config'],
    ['an unknown connection', of(INTEGRATION, 'nobody'), 400, 'server_error'],
  ])('for %s is refused', async (_what, headers, status, code) => {
    const reply = await api.get<{ error: { code: string } }>('/proxy/echo', { headers });
    expect([reply.status, reply.body.error.code]).toEqual([status, code]);
  });

  it('because nobody listens there says so without an envelope', async () => {
    const reply = await api.get<{ code: string; method: string }>('/proxy/x', {
      headers: { ...CONNECTION, 'base-url-override': 'http://127.0.0.1:9' },
    });
    expect(reply.status).toBe(500);
    expect(reply.body).toMatchObject({ code: 'ECONNREFUSED', method: 'GET' });
  });

  it('because the upstream cuts off leaves the service healthy', async () => {
    expect((await api.get('/proxy/cut', { headers: CONNECTION })).status).toBe(500);
    expect((await api.get('/proxy/echo', { headers: CONNECTION })).status).toBe(200);
  });

  it('needs an integration that knows where its API is', async () => {
    await expectStatus(api.post('/integrations', { provider: 'private-api-bearer', unique_key: 'nowhere' }), 200);
    await expectStatus(
      api.post('/connections', {
        provider_config_key: 'nowhere',
        connection_id: 'n',
        credentials: { type: 'API_KEY', apiKey: 'k' },
      }),
      201,
    );
    const reply = await api.get<{ error: { code: string } }>('/proxy/x', { headers: of('nowhere', 'n') });
    expect(reply.status).toBe(400);
    expect(['missing_api_url', 'unsupported_provider']).toContain(reply.body.error.code);
  });
});
