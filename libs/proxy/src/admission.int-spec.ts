import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LOOPBACK_OPEN, startUpstream, type Upstream } from '#libs/testing';
import { openTransport } from './proxy.module.js';
import { testLease } from './test-lease.js';
import type { SendOptions } from './send-options.js';

/** What `send` asks before an attempt and tells after a refusal, for those who govern the rate of calls. */
const transport = openTransport(LOOPBACK_OPEN);
let upstream: Upstream;

beforeAll(async () => {
  upstream = await startUpstream();
});
afterAll(async () => {
  await transport.close();
  await upstream.close();
});
beforeEach(() => {
  upstream.requests.length = 0;
});

const IN_BODY = { error_code: ['429'], in_body: { path: 'wait', value: '(.*)', strategy: 'after' } };

const send = (options: SendOptions) => {
  const lease = testLease({ provider: { proxy: { base_url: upstream.url, retry: IN_BODY } } });
  return transport.send(transport.build({ lease, method: 'GET', endpoint: '/x' }), options);
};

describe('an attempt', () => {
  it('is made once it is admitted, each by itself', async () => {
    let answers = 0;
    upstream.on('GET', '/x', () => ((answers += 1) < 3 ? { status: 429, body: { wait: 0 } } : { body: 'ok' }));
    const sentBefore: [number, number][] = [];
    const response = await send({
      retries: 2,
      admit: (request, attempt) => {
        expect(request.path).toBe('/x');
        sentBefore.push([attempt, upstream.requests.length]);
        return attempt === 1 ? undefined : Promise.resolve();
      },
    });
    response.discard();
    expect(sentBefore).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
    ]);
  });

  it('that is not admitted is not made', async () => {
    const refusal = new Error('not now');
    await expect(send({ admit: () => Promise.reject(refusal) })).rejects.toBe(refusal);
    expect(upstream.requests).toEqual([]);
  });

  it('whose answer names a wait in its body tells it', async () => {
    upstream.on('GET', '/x', () => ({ status: 429, body: { wait: 0.02 } }));
    const waits: number[] = [];
    const response = await send({ retries: 1, onBodyWait: (_request, waitMs) => void waits.push(waitMs) });
    response.discard();
    expect([response.status, waits]).toEqual([429, [20]]);
  });
});
