import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Outbound, parseOutboundPolicy } from '#libs/outbound';
import { credentialTester, type VerificationScript } from './credential-tester.js';
import { testLease } from './test-lease.js';
import { ProxyTransport } from './transport.js';
import { LOOPBACK_OPEN } from '#libs/testing';

const policy = parseOutboundPolicy({ ...LOOPBACK_OPEN, NANGO_PROXY_BASE_URL_OVERRIDE_ENABLED: false });
const transport = new ProxyTransport(new Outbound(policy));
const requests: { readonly request: IncomingMessage; readonly body: string }[] = [];
const server = createServer((request, response) => void answer(request, response));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  requests.push({ request, body: await text(request) });
  const isRight = request.headers.authorization === 'Bearer secret-key' && request.url !== '/gone';
  response.writeHead(isRight ? 204 : 401).end();
}

let base: string;
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => void (requests.length = 0));
afterAll(async () => {
  await transport.close();
  server.close().closeAllConnections();
});

type Scripts = Record<string, VerificationScript>;
interface Given {
  readonly verification?: object;
  readonly script?: string;
  readonly apiKey?: string;
}
const verdict = ({ verification, script, apiKey = 'secret-key' }: Given, scripts?: Scripts) => {
  const proxy = { base_url: base, headers: { authorization: 'Bearer ${apiKey}' }, verification };
  const provider = { proxy, credentials_verification_script: script };
  return credentialTester(transport, scripts)(testLease({ provider, credentials: { type: 'API_KEY', apiKey } }));
};

describe('new credentials', () => {
  it('pass with any 2xx of any endpoint', async () => {
    expect(await verdict({ verification: { endpoints: ['/gone', '/me'] } })).toBe('passed');
    expect(requests.map(({ request }) => request.url)).toEqual(['/gone', '/me']);
    expect(await verdict({ verification: { endpoints: ['/gone'] } })).toBe('failed');
    expect(await verdict({ verification: { endpoints: ['/me'] }, apiKey: 'wrong-key' })).toBe('failed');
  });

  it('are tested with the request the catalogue describes, wherever it is sent', async () => {
    const verification = {
      method: 'POST',
      endpoints: ['/me'],
      base_url_override: `${base}/elsewhere`,
      headers: { 'x-test': 'key ${apiKey}' },
      data: { deep: ['${apiKey}'] },
    };
    expect(await verdict({ verification })).toBe('passed');
    const [{ request, body } = { request: undefined, body: '' }] = requests;
    expect([request?.method, request?.url, request?.headers['x-test']]).toEqual(['POST', '/elsewhere/me', 'key secret-key']);
    expect(JSON.parse(body)).toEqual({ deep: ['secret-key'] });
  });

  it('are untested where the catalogue names no test', async () => {
    expect(await verdict({})).toBe('untested');
    expect(await verdict({ script: 'nobody-wrote-it' }, {})).toBe('untested');
    expect(await verdict({ script: 'constructor' }, {})).toBe('untested');
  });

  it('are tested by the script the catalogue names', async () => {
    const scripts: Scripts = {
      'me-too': async (lease, send) => {
        const reply = await send({ method: 'GET', endpoint: '/me', baseUrlOverride: `${base}/script` });
        reply.discard();
        return reply.status === 204 && lease.connection['id'] === 7;
      },
      broken: async () => {
        throw new TypeError('a bug of ours');
      },
    };
    expect(await verdict({ script: 'me-too' }, scripts)).toBe('passed');
    expect(requests.map(({ request }) => request.url)).toEqual(['/script/me']);
    expect(await verdict({ script: 'me-too', apiKey: 'wrong-key' }, scripts)).toBe('failed');
    await expect(verdict({ script: 'broken' }, scripts)).rejects.toThrow('a bug of ours');
  });

  it('pass nobody while the provider cannot be reached', async () => {
    const verification = { endpoints: ['/me'], base_url_override: 'http://127.0.0.1:1' };
    expect(await verdict({ verification })).toBe('failed');
    const send: VerificationScript = async (_lease, call) =>
      (await call({ method: 'GET', endpoint: '/', baseUrlOverride: 'http://127.0.0.1:1' })).status === 200;
    expect(await verdict({ script: 'far' }, { far: send })).toBe('failed');
  });
});
