import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type EgressProxy, startEgressProxy, startUpstream, type Upstream } from '#libs/testing';
import { outputOf, startTestRunner, type TestRunner } from './test-runner.js';

/** A runner whose traffic leaves through an egress proxy, on behalf of environments with policies of their own. */
let runner: TestRunner<Upstream>;
let proxy: EgressProxy;

beforeAll(async () => {
  const world = await startUpstream();
  proxy = await startEgressProxy({ elsewhere: Number(new URL(world.url).port) });
  // Closed, as it is by default: only what goes through the proxy gets anywhere.
  const closed = { NANGO_OUTBOUND_URL_POLICY: '', NANGO_PROXY_BASE_URL_OVERRIDE_DENYLIST: '', HTTP_PROXY: proxy.url };
  runner = await startTestRunner(world, closed);
  world.on('GET', '/contacts', () => ({ body: { from: 'the provider' } }));
});
afterAll(async () => {
  await runner.close();
  await proxy.close();
});
beforeEach(() => void (proxy.forwarded.length = 0));

const at = (base: string) => ({ proxy: { base_url: base } });
const GET = `return (await nango.get({ endpoint: '/contacts' })).data`;
const fetching = (url: string) => `return (await nango.uncontrolledFetch({ url: new URL('${url}') })).json()`;
const caught = (exec: string) => `try { ${exec} } catch (e) { return e.payload?.code ?? e.code }`;

describe('a function’s call', () => {
  it('goes through the egress proxy; what it says to our own services does not', async () => {
    const outcome = await runner.run(GET, { provider: at('http://crm.example') });
    expect(outputOf(outcome)).toEqual({ from: 'the provider' });
    expect(proxy.forwarded).toEqual(['GET http://crm.example/contacts']);
    expect([...proxy.tunnels, ...proxy.forwarded].filter((line) => line.includes('127.0.0.1'))).toEqual([]);
  });

  it('without credentials goes through it too', async () => {
    expect(outputOf(await runner.run(fetching('http://other.example/contacts')))).toEqual({ from: 'the provider' });
    expect(proxy.forwarded).toEqual(['GET http://other.example/contacts']);
  });

  it.each(['http://10.0.0.5', 'http://169.254.169.254', 'http://intranet'])(
    'does not lead inside through it: %s',
    async (base) => {
      expect(outputOf(await runner.run(caught(GET), { provider: at(base) }))).toBe('base_url_override_not_allowed');
      expect(outputOf(await runner.run(caught(fetching(`${base}/contacts`))))).toBe('url_not_allowed');
      expect(proxy.forwarded).toEqual([]);
    },
  );

  it('reaches what the policy of its environment opens', async () => {
    const outboundPolicy = { blockPrivateIps: false };
    const options = { provider: at('http://10.0.0.5'), lease: { outboundPolicy } };
    expect(outputOf(await runner.run(GET, options))).toEqual({ from: 'the provider' });
    expect(outputOf(await runner.run(fetching('http://10.0.0.6/contacts'), options))).toEqual({ from: 'the provider' });
    expect(proxy.forwarded).toEqual(['GET http://10.0.0.5/contacts', 'GET http://10.0.0.6/contacts']);
  });

  it('is kept from what the policy of its environment leaves out', async () => {
    const options = { provider: at('http://crm.example'), lease: { outboundPolicy: { allowlist: ['api.example'] } } };
    expect(outputOf(await runner.run(caught(GET), options))).toBe('base_url_override_not_allowed');
    expect(outputOf(await runner.run(caught(fetching('http://crm.example/contacts')), options))).toBe('url_not_allowed');
    expect(proxy.forwarded).toEqual([]);
  });
});
