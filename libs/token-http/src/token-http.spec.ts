import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { httpOf, openHttp, startEgressProxy, startUpstream, type Upstream } from '#libs/testing';

const http = openHttp({ timeoutMs: 2_000 });
let provider: Upstream;
let elsewhere: Upstream;
let cutting: Server;

beforeAll(async () => {
  [provider, elsewhere] = await Promise.all([startUpstream(), startUpstream()]);
  cutting = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('{"access_token":');
    setImmediate(() => response.destroy());
  });
  await new Promise<void>((resolve) => void cutting.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await http.close();
  await Promise.all([provider.close(), elsewhere.close()]);
  cutting.close();
});

const form = { grant_type: 'authorization_code', code: 'code-1234', client_secret: 'hush-hush' };
const failing = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: Error) => error.message,
  );

describe('a request to a provider', () => {
  it('sends a form and reads JSON, whatever its content type', async () => {
    provider.on('POST', '/token', () => ({ headers: { 'content-type': 'text/html' }, body: '\uFEFF{"access_token":"a"}' }));
    const reply = await http.send({ url: `${provider.url}/token?own=1`, query: { x: 'y z' }, form });
    expect(reply).toMatchObject({ status: 200, body: { access_token: 'a' }, headers: { 'content-type': 'text/html' } });
    const seen = provider.requests.at(-1);
    expect(seen).toMatchObject({ query: { own: '1', x: 'y z' }, text: new URLSearchParams(form).toString() });
    expect(seen?.headers).toMatchObject({ accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' });
  });

  it('sends JSON with headers of its own', async () => {
    provider.on('PUT', '/json', () => ({ status: 201, body: { ok: true } }));
    await http.send({ url: `${provider.url}/json`, method: 'PUT', json: { a: [1] }, headers: { accept: 'x/y' } });
    expect(provider.requests.at(-1)).toMatchObject({ json: { a: [1] }, headers: { accept: 'x/y' } });
  });

  it.each([
    ['a form', 'access_token=a%20b&scope=x', { access_token: 'a b', scope: 'x' }],
    ['a bare token', 'eyJhbGciOi.J9.xyz', 'eyJhbGciOi.J9.xyz'],
    ['XML', '<a b="c=d">1</a>', '<a b="c=d">1</a>'],
    ['nothing', '', {}],
  ])('reads %s', async (_what, body, expected) => {
    provider.on('POST', '/odd', () => ({ body }));
    expect((await http.send({ url: `${provider.url}/odd`, form })).body).toEqual(expected);
  });

  it('keeps refusals with their status', async () => {
    provider.on('POST', '/no', () => ({ status: 401, body: { error: 'invalid_client' } }));
    expect(await http.send({ url: `${provider.url}/no`, form })).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    });
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('asks for answers that are not compressed, and reads those that are: %s', async (encoding, compress) => {
    provider.on('POST', '/zip', () => ({ headers: { 'content-encoding': encoding }, body: compress('{"a":1}') }));
    expect((await http.send({ url: `${provider.url}/zip`, form })).body).toEqual({ a: 1 });
    expect(provider.requests.at(-1)!.headers['accept-encoding']).toBe('identity');
  });
});

describe('no answer', () => {
  it('comes of an address inside unless the operator opened it, and the variable is named', async () => {
    const closed = httpOf();
    const before = provider.requests.length;
    const message = await failing(closed.send({ url: `${provider.url}/token`, form }));
    await closed.close();
    expect(message).toContain('on the deny list');
    expect(message).toContain('NANGO_OUTBOUND_URL_POLICY_OAUTH');
    expect(provider.requests.length).toBe(before);
  });

  it('comes of a server that is too slow', async () => {
    const hasty = openHttp({ timeoutMs: 50 });
    provider.on('POST', '/slow', () => new Promise(() => undefined));
    expect(await failing(hasty.send({ url: `${provider.url}/slow`, form }))).toContain('took longer than 0.05 seconds');
    await hasty.close();
  });

  it('comes of a body that is too large', async () => {
    provider.on('POST', '/huge', () => ({ body: 'a'.repeat(10 * 1024 * 1024) }));
    expect(await failing(http.send({ url: `${provider.url}/huge`, form }))).toContain('larger than 1048576 bytes');
  });

  it('comes of one that is small only while it is packed, or packed wrongly', async () => {
    const headers = { 'content-encoding': 'gzip' };
    provider.on('POST', '/bomb', () => ({ headers, body: gzipSync(Buffer.alloc(10 * 1024 * 1024)) }));
    expect(await failing(http.send({ url: `${provider.url}/bomb`, form }))).toContain('larger than 1048576 bytes');
    provider.on('POST', '/torn', () => ({ headers, body: 'no gzip' }));
    await expect(http.send({ url: `${provider.url}/torn`, form })).rejects.toMatchObject({ code: 'upstream_unreachable' });
  });

  it('comes of one that is cut off, and of a connection that is', async () => {
    const { port } = cutting.address() as AddressInfo;
    provider.on('POST', '/cut', () => ({ destroy: true }));
    await expect(http.send({ url: `http://127.0.0.1:${port}/`, form })).rejects.toMatchObject({ code: 'upstream_unreachable' });
    await expect(http.send({ url: `${provider.url}/cut`, form })).rejects.toMatchObject({ code: 'upstream_unreachable' });
  });

  it('comes of what is no URL, without a word of what was sent', async () => {
    const message = await failing(http.send({ url: 'not a url', form }));
    expect(message).toBe('No answer from the provider: its address is no URL');
  });
});

describe('a redirect', () => {
  it('is followed as a GET, without anything that proves who calls', async () => {
    provider.on('POST', '/moved', () => ({ status: 302, headers: { location: '/here' } }));
    provider.on('GET', '/here', () => ({ body: { here: true } }));
    const headers = { authorization: 'Bearer t', 'x-api-key': 'k', accept: 'application/json' };
    expect((await http.send({ url: `${provider.url}/moved`, form, headers })).body).toEqual({ here: true });
    const seen = provider.requests.at(-1)!.headers;
    expect([seen['authorization'], seen['x-api-key'], seen.accept]).toEqual([undefined, undefined, 'application/json']);
  });

  it('to another origin gets no body', async () => {
    provider.on('POST', '/away', () => ({ status: 307, headers: { location: `${elsewhere.url}/steal` } }));
    elsewhere.on('POST', '/steal', () => ({ body: {} }));
    const message = await failing(http.send({ url: `${provider.url}/away`, form }));
    expect(message).toContain('which credentials are not sent to');
    expect(elsewhere.requests).toEqual([]);
  });

  it('on the same origin keeps the body', async () => {
    provider.on('POST', '/v1', () => ({ status: 308, headers: { location: '/v2' } }));
    provider.on('POST', '/v2', ({ text }) => ({ body: { text } }));
    expect((await http.send({ url: `${provider.url}/v1`, form })).body).toEqual({ text: new URLSearchParams(form).toString() });
  });

  it('is followed five times', async () => {
    provider.on('POST', '/round', () => ({ status: 307, headers: { location: '/round' } }));
    const before = provider.requests.length;
    expect(await failing(http.send({ url: `${provider.url}/round`, form }))).toContain('redirects too often');
    expect(provider.requests.length - before).toBe(6);
  });
});

describe('a request for an environment with a policy of its own', () => {
  it('is held to it, and others are not', async () => {
    provider.on('POST', '/token', () => ({ body: { access_token: 'a' } }));
    const narrow = http.under({ mode: 'allowlist', allowlist: ['provider.example'] });
    expect(await failing(narrow.send({ url: `${provider.url}/token`, form }))).toContain(
      'is not on the allow list; the outbound policy of the environment says what may be called',
    );
    expect((await http.send({ url: `${provider.url}/token`, form })).status).toBe(200);
    expect(http.under(undefined)).toBe(http);
  });

  it('reaches what it opens', async () => {
    const closed = httpOf();
    expect(await failing(closed.send({ url: `${provider.url}/token`, form }))).toContain('NANGO_OUTBOUND_URL_POLICY_OAUTH');
    const open = closed.under({ mode: 'permissive', blockPrivateIps: false });
    expect((await open.send({ url: `${provider.url}/token`, form })).status).toBe(200);
    await closed.close();
  });
});

describe('a request behind an egress proxy', () => {
  it('goes through it, and not inside', async () => {
    const proxy = await startEgressProxy({ elsewhere: Number(new URL(provider.url).port) });
    const behind = httpOf(
      { HTTP_PROXY: proxy.url },
      { resolve: (_host, _options, done) => done(null, [{ address: '93.184.216.34', family: 4 }]) },
    );
    const reply = await behind.send({ url: 'http://provider.example/token', form });
    expect([reply.status, proxy.forwarded]).toEqual([200, ['POST http://provider.example/token']]);
    expect(provider.requests.at(-1)?.text).toBe(new URLSearchParams(form).toString());
    expect(await failing(behind.send({ url: 'http://169.254.169.254/token', form }))).toContain('deny list');
    expect(proxy.forwarded).toHaveLength(1);
    await behind.close();
    await proxy.close();
  });
});
