import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { UrlPolicy } from '#libs/contracts';
import { codeOf } from '#libs/kernel';
import type { Resolve } from '#libs/outbound';
import {
  type EgressProxy,
  SSRF_ATTEMPTS,
  SSRF_NAMES,
  startEgressProxy,
  type TestDatabase,
  testDatabase,
  type TestRedis,
  testRedis,
} from '#libs/testing';
import { type TestProxy, testProxy } from './test-proxy.js';

/**
 * Attempts to make `/proxy` call what it must not (spec/auth.md §6.8), without an egress proxy and with one. Whatever gets through ends
 * at the canary: directly, if it is on loopback; through the egress proxy, wherever it is.
 */
let database: TestDatabase;
let redis: TestRedis;
let egress: EgressProxy;
let direct: TestProxy;
let proxied: TestProxy;
let canaryPort: number;
let upstreamPort: number;
let heard: string[] = [];
let location = '';

const canary = createServer((request, response) => {
  heard.push(`${request.method} ${request.url}`);
  response.end('the canary');
});
const upstream = createServer((request, response) => {
  const isAsked = request.url === '/redirect';
  response.writeHead(isAsked ? 302 : 200, isAsked ? { location } : {}).end('the upstream');
});

const listen = async (server: Server) => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

const NAMES = new Map(SSRF_NAMES.map(([name, answers]) => [name, answers]));
/** Knows the names of the corpus, and no other. */
const resolve: Resolve = (host, _options, done) => {
  const answers = NAMES.get(host);
  if (answers) done(null, answers.map(toAnswer));
  else done(Object.assign(new Error(`no ${host}`), { code: 'ENOTFOUND' }), []);
};
const toAnswer = (address: string): LookupAddress => ({ address, family: isIP(address) === 6 ? 6 : 4 });

beforeAll(async () => {
  [database, redis, canaryPort, upstreamPort] = await Promise.all([
    testDatabase(),
    testRedis(),
    listen(canary),
    listen(upstream),
  ]);
  egress = await startEgressProxy({ elsewhere: canaryPort });
  for (const host of ['upstream.example', 'api.upstream.example', '10.0.0.5', '[fd00::5]', '169.254.10.10']) {
    egress.route(host, upstreamPort);
  }
  const start = (env: object) =>
    testProxy(database.url, database.encryptionKey, redis.url, {
      outbound: { NANGO_PROXY_BASE_URL_OVERRIDE_ENABLED: true, ...env },
      resolve,
    });
  direct = await start({});
  proxied = await start({ HTTP_PROXY: egress.url, HTTPS_PROXY: egress.url });
  await proxied.connect('open', 'unauthenticated', { type: 'NONE' }, { base_url: 'http://upstream.example' });
});
afterAll(async () => {
  await Promise.all([direct.close(), proxied.close()]);
  await Promise.all([egress.close(), database.close(), redis.close()]);
  for (const server of [canary, upstream]) server.close().closeAllConnections();
});
afterEach(() => {
  const requests = heard;
  heard = [];
  expect(requests).toEqual([]);
});

interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly body: string;
}

/** With node:http, since others tidy up what they are given. */
async function call(proxy: TestProxy, path: string, connection: string, headers: Record<string, string> = {}): Promise<Answer> {
  const own = { authorization: `Bearer ${proxy.key}`, 'provider-config-key': connection, 'connection-id': connection };
  const { port } = new URL(proxy.url);
  const sent = httpRequest({ host: '127.0.0.1', port, path, headers: { ...own, ...headers } }).end();
  const [response] = (await once(sent, 'response')) as [Parameters<typeof text>[0] & { statusCode: number }];
  const body = await text(response);
  const code = /"code":"(\w+)"/.exec(body)?.[1];
  return { status: response.statusCode, code, body };
}

const REFUSALS = new Set(['400 base_url_override_not_allowed', '400 invalid_headers']);

const urlOf = (attempt: string): string => attempt.replace('{port}', String(canaryPort));

/** What became of attempts that were not refused as they should be. */
async function unrefused(urls: readonly string[], attempt: (url: string) => Promise<Answer>): Promise<string[]> {
  const wrong: string[] = [];
  for (const url of urls) {
    const { status, code, body } = await attempt(url);
    if (!REFUSALS.has(`${status} ${code}`)) wrong.push(`${JSON.stringify(url)}: ${status} ${code} ${body}`);
  }
  return wrong;
}

const urlsOf = (attempts: (typeof SSRF_ATTEMPTS)[number]['attempts']) => attempts.map(([url]) => urlOf(url));
/** Clients send no others in a header. */
const IN_HEADER = /^[\t\x20-\x7e]*$/;
/** Servers may send any bytes but these. */
const IN_LOCATION = /^[\t\x20-\x7e\x80-\xff]*$/;
/** As it is read out of a header: byte by byte, without spaces around. */
const asHeader = (url: string): string => Buffer.from(url.trim()).toString('latin1');

let made = 0;
/** Makes a connection whose API is there, by its own word or its integration's, and calls it. */
async function throughStored(url: string, by: 'connection' | 'integration'): Promise<Answer> {
  const name = `stored-${(made += 1)}`;
  const custom = { keyName: 'x-api-key', ...(by === 'integration' ? { baseUrl: url } : {}) };
  try {
    const config = by === 'connection' ? { base_url: url } : {};
    await proxied.connect(name, 'private-api-generic', { type: 'API_KEY', apiKey: 'the-key' }, config, custom);
  } catch (error) {
    // What is wrong is refused where it is stored already.
    expect(codeOf(error)).toBe('invalid_body');
    return { status: 400, code: 'base_url_override_not_allowed', body: '' };
  }
  return call(proxied, '/proxy/x', name);
}

it('is tried in more than two hundred ways', () => {
  expect(SSRF_ATTEMPTS.flatMap(({ attempts }) => attempts).length + SSRF_NAMES.length).toBeGreaterThan(200);
});

describe.each(SSRF_ATTEMPTS)('calls are refused: $group', ({ attempts }) => {
  const urls = () => urlsOf(attempts);

  it.each([
    ['directly', () => direct],
    ['behind an egress proxy', () => proxied],
  ])('as the base URL of a call, %s', async (_how, proxy) => {
    const asked = urls().filter((url) => IN_HEADER.test(url));
    const override = (url: string) => call(proxy(), '/proxy/x', 'open', { 'base-url-override': url });
    expect(await unrefused(asked, override)).toEqual([]);
  });

  it('as the base URL of a connection', async () => {
    expect(await unrefused(urls(), (url) => throughStored(url, 'connection'))).toEqual([]);
  });

  it('as the base URL of an integration', async () => {
    expect(await unrefused(urls(), (url) => throughStored(url, 'integration'))).toEqual([]);
  });

  it('as what the upstream redirects to', async () => {
    const followed = urls()
      .map(asHeader)
      .filter((url) => IN_LOCATION.test(url) && leaves(url, 'http://upstream.example/redirect'));
    const redirect = (url: string) => {
      location = url;
      return call(proxied, '/proxy/redirect', 'open');
    };
    expect(await unrefused(followed, redirect)).toEqual([]);
  });

  it('but as an endpoint they are a path of the connection’s own API', async () => {
    for (const url of urls().filter((each) => /^[\x21-\x7e]*$/.test(each))) {
      const { status, body, code } = await call(proxied, `/proxy/${url}`, 'open');
      expect([200, 400], `${url} ${code}`).toContain(status);
      if (status === 200) expect(body).toBe('the upstream');
    }
  });
});

/** Whether a Location leads to another origin; one that cannot be parsed leads nowhere. */
const leaves = (url: string, base: string): boolean =>
  URL.canParse(url, base) && new URL(url, base).origin !== new URL(base).origin;

describe('a name that resolves inside', () => {
  it.each(SSRF_NAMES)('%s (%j) is not called: %s', async (name) => {
    const override = (proxy: TestProxy) =>
      call(proxy, '/proxy/x', 'open', { 'base-url-override': `http://${name}:${canaryPort}` });
    for (const proxy of [direct, proxied]) {
      expect(await override(proxy)).toMatchObject({ status: 400, code: 'base_url_override_not_allowed' });
    }
    location = `http://${name}:${canaryPort}/`;
    expect(await call(proxied, '/proxy/redirect', 'open')).toMatchObject({ status: 400, code: 'base_url_override_not_allowed' });
  });

  it.each(['intranet', 'db.internal', 'printer.local', 'router.home.arpa', 'Vault.Internal.', 'api.localhost'])(
    'of a private network, %s, is not asked for through an egress proxy that alone may know it',
    async (name) => {
      const headers = { 'base-url-override': `http://${name}` };
      const { status } = await call(proxied, '/proxy/x', 'open', headers);
      expect(status).not.toBe(200);
      expect(egress.forwarded.filter((line) => line.includes(`//${name.toLowerCase()}`))).toEqual([]);
    },
  );
});

describe('what the policy of an environment allows works', () => {
  const OPEN = { mode: 'permissive', blockPrivateIps: false } as const;
  const cases: readonly (readonly [policy: UrlPolicy | null, url: string, works: boolean])[] = [
    [null, 'http://upstream.example', true],
    [null, 'http://10.0.0.5', false],
    [{ blockPrivateIps: false }, 'http://10.0.0.5', true],
    [{ blockPrivateIps: false }, 'http://[fd00::5]', true],
    [{ blockPrivateIps: false }, 'http://169.254.10.10', false],
    [{ blockPrivateIps: false }, 'http://168.63.129.16', false],
    [{ blockPrivateIps: false }, 'http://127.0.0.1:{upstream}', false],
    [{ blockLinkLocal: false }, 'http://169.254.10.10', true],
    [{ blockLinkLocal: false }, 'http://10.0.0.5', false],
    [{ mode: 'permissive' }, 'http://upstream.example', true],
    [{ mode: 'permissive' }, 'http://10.0.0.5', false],
    [OPEN, 'http://127.0.0.1:{upstream}', true],
    [OPEN, 'http://10.0.0.5', true],
    [OPEN, 'http://169.254.10.10', false],
    [{ mode: 'allowlist', allowlist: ['upstream.example'] }, 'http://upstream.example', true],
    [{ mode: 'allowlist', allowlist: ['upstream.example'] }, 'http://api.upstream.example', true],
    [{ mode: 'allowlist', allowlist: ['api.upstream.example'] }, 'http://upstream.example', false],
    [{ mode: 'allowlist', allowlist: ['10.0.0.5'] }, 'http://10.0.0.5', false],
    [{ mode: 'allowlist', allowlist: ['10.0.0.5'], blockPrivateIps: false }, 'http://10.0.0.5', true],
    [{ denylist: ['upstream.example'] }, 'http://upstream.example', false],
    [{ denylist: ['upstream.example'] }, 'http://api.upstream.example', true],
  ];

  it.each(cases)('%j, %s: %s', async (policy, url, works) => {
    await proxied.govern(policy);
    const name = `governed-${(made += 1)}`;
    await proxied.connect(
      name,
      'unauthenticated',
      { type: 'NONE' },
      { base_url: url.replace('{upstream}', String(upstreamPort)) },
    );
    const { status, code } = await call(proxied, '/proxy/x', name);
    expect([status, code]).toEqual(works ? [200, undefined] : [400, 'base_url_override_not_allowed']);
    await proxied.govern(null);
  });

  it('and what it redirects to is held to it', async () => {
    await proxied.govern({ mode: 'allowlist', allowlist: ['upstream.example'] });
    await proxied.connect('narrow', 'unauthenticated', { type: 'NONE' }, { base_url: 'http://upstream.example' });
    location = 'http://elsewhere.example/';
    expect(await call(proxied, '/proxy/redirect', 'narrow')).toMatchObject({ code: 'base_url_override_not_allowed' });
    await proxied.govern(null);
  });

  it('from the next moment on, for calls that are under way with what was read before', async () => {
    await proxied.govern(null);
    const works = async () => (await call(proxied, '/proxy/x', 'open')).status;
    expect(await works()).toBe(200);
    await proxied.govern({ denylist: ['upstream.example'] });
    await expect.poll(works, { timeout: 3_000 }).toBe(400);
    await proxied.govern(null);
    await expect.poll(works, { timeout: 3_000 }).toBe(200);
  });
});
