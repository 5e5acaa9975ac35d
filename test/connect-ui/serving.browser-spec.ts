import { once } from 'node:events';
import { createServer } from 'node:net';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConnectUiServer, startConnectUi } from '../../apps/server/src/connect-ui/connect-ui.server.js';

/** The server of the page, without a browser. */
const API = 'https://api.example.com/"><script>x</script>?a&b';
let ui: ConnectUiServer;
beforeAll(async () => {
  ui = await startConnectUi({ host: '127.0.0.1', port: 0, apiUrl: API });
});
afterAll(() => ui.close());

const get = async (path: string, headers: Record<string, string> = {}) => {
  const { statusCode, headers: given, body } = await request(`${ui.url}${path}`, { headers });
  return { status: statusCode, headers: given as Record<string, string>, body: Buffer.from(await body.arrayBuffer()) };
};
const script = async () => /src="\.(\/assets\/[^"]+\.js)"/.exec((await get('/')).body.toString())?.[1] ?? '';

describe('the page', () => {
  it('is asked for anew each time, and says where its API is', async () => {
    const { status, headers, body } = await get('/?session_token=x');
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([200, 'text/html; charset=utf-8', 'no-cache']);
    expect(body.toString()).toContain('content="https://api.example.com/&quot;>&lt;script>x&lt;/script>?a&amp;b"');
  });

  it('may be embedded, passes no address on and talks to the API only', async () => {
    const { headers } = await get('/');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['content-security-policy']).toContain("connect-src 'self' https://api.example.com wss://api.example.com;");
    expect(headers['content-security-policy']).toContain('frame-ancestors *');
    expect(headers).not.toHaveProperty('x-frame-options');
  });

  it('talks to the API that the page around it names, and not to one a link names', async () => {
    const policy = async (destination: string) =>
      (await get('/?apiURL=http://127.0.0.1:9', { 'sec-fetch-dest': destination })).headers['content-security-policy'];
    expect(await policy('iframe')).toContain('http://127.0.0.1:9');
    expect(await policy('document')).not.toContain('127.0.0.1');
  });
});

describe('what the page consists of', () => {
  it('is kept for ever', async () => {
    const { status, headers } = await get(await script());
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([
      200,
      'text/javascript; charset=utf-8',
      'public, max-age=31536000, immutable',
    ]);
  });

  it.each([
    ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
    ['gzip, deflate', 'gzip', gunzipSync],
  ] as const)('is sent compressed to who accepts %s', async (accepted, encoding, unpack) => {
    for (const path of ['/', await script()]) {
      const { headers, body } = await get(path, { 'accept-encoding': accepted });
      expect(headers['content-encoding']).toBe(encoding);
      expect(unpack(body).equals((await get(path)).body)).toBe(true);
    }
  });

  it.each(['/assets/none.js', '/assets/..%2Findex.html', '/assets/%2e%2e/%2e%2e/package.json', '/etc/passwd'])(
    'does not include %s',
    async (path) => {
      const { status, body } = await get(path);
      expect([status, JSON.parse(body.toString()).error.code]).toEqual([404, 'not_found']);
    },
  );
});

it('answers to whoever looks after it', async () => {
  expect((await get('/health')).body.toString()).toBe('{"result":"ok"}');
});

it('does not start on a port that is taken', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  await expect(startConnectUi({ host: '127.0.0.1', port, apiUrl: API })).rejects.toMatchObject({ code: 'EADDRINUSE', port });
  taken.close();
});
