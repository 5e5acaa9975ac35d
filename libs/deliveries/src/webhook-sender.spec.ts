import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseOutboundPolicy } from '#libs/outbound';
import { type EgressProxy, startEgressProxy, startUpstream, type Upstream } from '#libs/testing';
import { WebhookSender } from './webhook-sender.js';

let receiver: Upstream;
let proxy: EgressProxy;

beforeAll(async () => {
  [receiver, proxy] = await Promise.all([startUpstream(), startEgressProxy()]);
  receiver.on('POST', '/hook', () => ({ status: 204 }));
  receiver.on('POST', '/moved', () => ({ status: 307, headers: { location: 'http://inside.example/hook' } }));
  for (const host of ['receiver.example', 'inside.example', '10.0.0.5']) proxy.route(host, Number(new URL(receiver.url).port));
});
afterAll(() => Promise.all([proxy.close(), receiver.close()]));
beforeEach(() => {
  receiver.requests.length = 0;
  proxy.forwarded.length = 0;
});

const senderOf = () =>
  new WebhookSender({
    timeoutMs: 5_000,
    retryDelaysMs: [],
    policy: parseOutboundPolicy({ NANGO_PROXY_BASE_URL_OVERRIDE_ENABLED: true, HTTP_PROXY: proxy.url }),
    resolve: (host, _options, done) =>
      done(null, [{ address: host === 'inside.example' ? '10.0.0.1' : '93.184.216.34', family: 4 }]),
  });

describe('a webhook behind an egress proxy', () => {
  it('goes through it, signed and whole', async () => {
    const sender = senderOf();
    expect(await sender.post('http://receiver.example/hook', '{"a":1}', { 'x-signature': 's' }, undefined)).toEqual({
      status: 204,
    });
    expect(proxy.forwarded).toEqual(['POST http://receiver.example/hook']);
    expect(receiver.requests).toMatchObject([{ text: '{"a":1}', headers: { host: 'receiver.example', 'x-signature': 's' } }]);
    await sender.onApplicationShutdown();
  });

  it('does not lead inside through it, nor by a redirect', async () => {
    const sender = senderOf();
    const post = (url: string) => sender.post(url, '{}', {}, undefined);
    expect(await post('http://10.0.0.5/hook')).toEqual({ error: '10.0.0.5 is a private address', refused: true });
    expect(await post('http://receiver.example/moved')).toEqual({ error: '10.0.0.1 is a private address', refused: true });
    expect(receiver.requests).toHaveLength(1);
    await sender.onApplicationShutdown();
  });

  it('reaches a private address where its environment may', async () => {
    const sender = senderOf();
    expect(await sender.post('http://10.0.0.5/hook', '{}', {}, { blockPrivateIps: false })).toEqual({ status: 204 });
    await sender.onApplicationShutdown();
  });
});
