import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ALICE, AUTHORITY, type EgressProxy, SERVER, startEgressProxy } from '#libs/testing';
import { Outbound } from './outbound.js';
import { RefusedAddress } from './refused-address.js';
import type { Resolve } from './resolver.js';
import { policyOf } from './test-policy.js';

const PUBLIC = '93.184.216.34';
const trusted = getCACertificates('default');
let proxy: EgressProxy;
let plainPort: number;
let securePort: number;
let seen: { url: string; authorization: unknown; host: unknown; client: unknown }[] = [];
const outbounds: Outbound[] = [];

const answer: RequestListener = (request, response) => {
  const { host, 'proxy-authorization': authorization } = request.headers;
  const client = (request.socket as Partial<TLSSocket>).getPeerCertificate?.().subject?.CN;
  seen.push({ url: request.url ?? '', authorization, host, client });
  if (request.url === '/endless') response.write('begun');
  else response.end('there');
};
const plain = createServer(answer);
const secure = createSecureServer(
  { cert: SERVER.certificate, key: SERVER.privateKey, ca: AUTHORITY, requestCert: true, rejectUnauthorized: false },
  answer,
);

beforeAll(async () => {
  setDefaultCACertificates([...trusted, AUTHORITY]);
  for (const server of [plain, secure]) await once(server.listen(0, '127.0.0.1'), 'listening');
  plainPort = (plain.address() as AddressInfo).port;
  securePort = (secure.address() as AddressInfo).port;
});
beforeEach(async () => {
  seen = [];
  proxy = await started();
});
afterEach(async () => {
  await Promise.all(outbounds.splice(0).map((outbound) => outbound.destroy()));
  await proxy.close();
});
afterAll(() => {
  setDefaultCACertificates(trusted);
  for (const server of [plain, secure]) server.close().closeAllConnections();
});

async function started(options: Parameters<typeof startEgressProxy>[0] = {}): Promise<EgressProxy> {
  const made = await startEgressProxy(options);
  made.route('api.private.example', securePort);
  for (const host of ['api.example', 'inside.example', 'nowhere.example']) made.route(host, plainPort);
  return made;
}

const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  'api.example': [PUBLIC],
  'api.private.example': [PUBLIC],
  'inside.example': [PUBLIC, '10.0.0.1'],
};
const resolve: Resolve = (host, _options, done) => {
  const found = ANSWERS[host];
  if (found)
    done(
      null,
      found.map((address) => ({ address, family: 4 })),
    );
  else done(Object.assign(new Error(`no ${host}`), { code: 'ENOTFOUND' }), []);
};

function open(env: Parameters<typeof policyOf>[0] = {}, through = resolve): Outbound {
  const outbound = new Outbound(policyOf({ HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, ...env }), { resolve: through });
  outbounds.push(outbound);
  return outbound;
}
async function get(outbound: Outbound, origin: string, path = '/x?y=1', certificate?: typeof ALICE & { id: string }) {
  const { statusCode, body } = await outbound.under(undefined).dispatcher(certificate).request({ origin, path, method: 'GET' });
  return `${statusCode} ${await body.text()}`;
}

describe('a request through an egress proxy', () => {
  it('to http is sent to it in absolute form', async () => {
    expect(await get(open(), 'http://api.example')).toBe('200 there');
    expect([proxy.forwarded, proxy.tunnels]).toEqual([['GET http://api.example/x?y=1'], []]);
    expect(seen).toMatchObject([{ url: '/x?y=1', host: 'api.example', authorization: undefined }]);
  });

  it('to https goes through a tunnel, in which the target proves itself', async () => {
    const outbound = open();
    expect(await get(outbound, 'https://api.private.example')).toBe('200 there');
    expect([proxy.forwarded, proxy.tunnels]).toEqual([[], ['api.private.example:443']]);
    proxy.route('other.example', securePort);
    await expect(get(outbound, 'https://other.example')).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  it('to https uses a tunnel again', async () => {
    const outbound = open();
    for (let n = 0; n < 20; n += 1) await get(outbound, 'https://api.private.example');
    expect(seen).toHaveLength(20);
    expect(proxy.tunnels.length).toBeLessThan(4);
  });

  it('shows a client certificate to the target', async () => {
    await get(open(), 'https://api.private.example', '/', { ...ALICE, id: 'alice' });
    expect(seen).toMatchObject([{ client: 'alice' }]);
  });

  it('shares the connections to it, however many targets there are', async () => {
    const outbound = open();
    for (let n = 0; n < 20; n += 1) {
      proxy.route(`t${n}.example`, plainPort);
      await get(outbound, `http://t${n}.example`);
    }
    expect(proxy.forwarded).toHaveLength(20);
    expect(proxy.connections).toBeLessThan(4);
  });

  it('past it where NO_PROXY says so, and then under the policy of dialling', async () => {
    const outbound = open({ NO_PROXY: 'inside.example' });
    await expect(get(outbound, 'http://inside.example')).rejects.toBeInstanceOf(RefusedAddress);
    expect(proxy.forwarded).toEqual([]);
  });

  it('is broken off with the rest at the end', async () => {
    const outbound = open();
    const { body } = await outbound
      .under(undefined)
      .dispatcher()
      .request({ origin: 'https://api.private.example', path: '/endless', method: 'GET' });
    const broken = expect(body.text()).rejects.toThrow();
    await outbound.destroy();
    await broken;
  });
});

describe('an egress proxy', () => {
  it('may be spoken to over TLS, where it must prove itself', async () => {
    await proxy.close();
    proxy = await started({ isSecure: true });
    const outbound = open();
    expect(await get(outbound, 'http://api.example')).toBe('200 there');
    expect(await get(outbound, 'https://api.private.example')).toBe('200 there');
    setDefaultCACertificates(trusted);
    await expect(get(open(), 'http://api.example')).rejects.toMatchObject({ code: expect.stringMatching(/CERT|VERIFY/) });
    setDefaultCACertificates([...trusted, AUTHORITY]);
  });

  it('is told nothing by callers, who may not speak for the operator', async () => {
    const request = { path: '/', method: 'GET', headers: { 'proxy-authorization': 'Basic mine', 'x-other': '1' } } as const;
    for (const origin of ['http://api.example', 'https://api.private.example']) {
      const { statusCode } = await open()
        .under(undefined)
        .dispatcher()
        .request({ ...request, origin });
      expect(statusCode).toBe(200);
    }
    expect(seen.map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
  });

  it('hears of no request that cannot be made, whose caller is told', async () => {
    const request = { method: 'GET', path: '@10.0.0.1/' } as const;
    for (const origin of ['http://api.example', 'https://api.private.example']) {
      await expect(
        open()
          .under(undefined)
          .dispatcher()
          .request({ ...request, origin }),
      ).rejects.toThrow('path');
    }
    expect(proxy.forwarded).toEqual([]);
  });
});

describe('user name and password of an egress proxy', () => {
  it('are sent to it alone', async () => {
    await proxy.close();
    proxy = await started({ credentials: 'us%40er:p%40ss' });
    const outbound = open();
    expect(await get(outbound, 'http://api.example')).toBe('200 there');
    expect(await get(outbound, 'https://api.private.example')).toBe('200 there');
    expect(seen.map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
  });

  it.each(['http://api.example', 'https://api.private.example'])(
    'that are wrong are told of, and not quoted (%s)',
    async (origin) => {
      await proxy.close();
      proxy = await started({ credentials: 'user:right' });
      const error = await failing(get(open(wrongly(proxy.url)), origin));
      expect(error).toMatchObject({ code: 'FAIRLEAD_EGRESS_PROXY', message: expect.stringContaining('407') });
      expect(everythingOf(error)).not.toContain('hush');
      expect(seen).toEqual([]);
    },
  );

  it.each(['http://api.example', 'https://api.private.example'])('are not quoted where it is away (%s)', async (origin) => {
    const { url } = proxy;
    await proxy.close();
    const error = await failing(get(open(wrongly(url)), origin));
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
    expect(everythingOf(error)).not.toContain('hush');
    proxy = await started();
  });
});

const wrongly = (url: string) => {
  const { host } = new URL(url);
  return { HTTP_PROXY: `http://user:hush@${host}`, HTTPS_PROXY: `http://user:hush@${host}` };
};
const failing = async (promise: Promise<unknown>): Promise<Error> => {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
};
const everythingOf = (error: Error): string => `${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`;

describe('the target of a request through an egress proxy', () => {
  it.each([
    'http://inside.example',
    'http://10.0.0.1',
    'https://169.254.169.254',
    'https://[fd00::1]',
    'http://intranet',
    'https://db.internal',
  ])('is refused before the proxy hears of it: %s', async (origin) => {
    await expect(get(open(), origin)).rejects.toBeInstanceOf(RefusedAddress);
    expect([proxy.forwarded, proxy.tunnels]).toEqual([[], []]);
  });

  it('is its business where this machine does not know the name', async () => {
    expect(await get(open(), 'http://nowhere.example')).toBe('200 there');
  });

  it('is its business where the resolver is shut off: it is not waited for for long', async () => {
    expect(
      await get(
        open({}, () => undefined),
        'http://nowhere.example',
      ),
    ).toBe('200 there');
  });

  it('may be private where the policy says so', async () => {
    for (const host of ['10.0.0.1', 'db.internal']) proxy.route(host, plainPort);
    const outbound = open({ NANGO_OUTBOUND_URL_POLICY: '{"blockPrivateIps":false}' });
    const origins = ['http://10.0.0.1', 'http://db.internal', 'http://inside.example'];
    expect(await Promise.all(origins.map((origin) => get(outbound, origin)))).toEqual(origins.map(() => '200 there'));
  });
});
