import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '#libs/kernel';
import { attemptMessage, waitMessage } from './domain/attempt-message.js';
import type { OutboundRequest, ProxyCall } from './domain/outbound-request.js';
import { openTransport } from './proxy.module.js';
import type { Attempt } from './domain/attempt.js';
import type { SendOptions } from './send-options.js';
import { testLease } from './test-lease.js';
import { LOOPBACK_OPEN } from '#libs/testing';

/** The attempts of a call, against a real upstream (spec/auth.md §6.6). */
const OPEN = {
  ...LOOPBACK_OPEN,
  FAIRLEAD_PROXY_REPLAY_LIMIT_BYTES: 1_000,
};
const transport = openTransport(OPEN);
const hasty = openTransport({ ...OPEN, FAIRLEAD_PROXY_TOTAL_TIMEOUT_MS: 200, NANGO_RETRYABLE_NETWORK_ERRORS: ['ENOTFOUND'] });

let answer: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
let seen: IncomingMessage[] = [];
let attempts: Attempt[] = [];
let base: string;
const server = createServer((request, response) => {
  seen.push(request);
  void answer(request, response);
});
beforeAll(async () => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await Promise.all([transport.close(), hasty.close()]);
});
beforeEach(() => {
  seen = [];
  attempts = [];
});

const requestOf = (call: Partial<ProxyCall> = {}): OutboundRequest =>
  transport.build({ lease: testLease(), method: 'GET', endpoint: '/x', baseUrlOverride: base, ...call });
const send = (call: Partial<ProxyCall> = {}, options: SendOptions = {}, by = transport) =>
  by.send(requestOf(call), { onAttempt: (attempt) => attempts.push(attempt), ...options });
const failure = async (promise: Promise<unknown>): Promise<AppError> => {
  const thrown: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof AppError) return thrown;
  throw new Error(`expected an AppError, got ${String(thrown)}`);
};
/** Answers with these, one after the other; the last one again and again. */
const answers = (...list: [status: number, headers?: Record<string, string>, body?: string][]) => {
  answer = async (request, response) => {
    await text(request);
    const [status, headers = {}, body = ''] = list[Math.min(seen.length, list.length) - 1]!;
    response.writeHead(status, headers).end(body);
  };
};
const AT_ONCE = { 'retry-after': '0' };
const told = () =>
  attempts.map(({ number, outcome, retryInMs, retryRefused }) => [
    number,
    outcome.status ?? outcome.code,
    retryInMs,
    retryRefused,
  ]);

describe('another attempt', () => {
  it('is made on the statuses that the caller names, and the provider’s own list', async () => {
    answers([404, AT_ONCE], [200]);
    expect((await send({}, { retries: 1, retryOn: [404] })).status).toBe(200);
    seen = [];
    answers([403, AT_ONCE], [200]);
    const lease = testLease({ provider: { proxy: { base_url: base, retry: { error_code: ['403'] } } } });
    expect((await send({ lease }, { retries: 1 })).status).toBe(200);
    seen = [];
    answers([503, AT_ONCE], [200]);
    expect((await send({ lease }, { retries: 1 })).status).toBe(503);
  });

  it('is made where the provider’s budget is used up', async () => {
    answers([403, { 'x-left': '0', ...AT_ONCE }], [200]);
    const lease = testLease({ provider: { proxy: { base_url: base, retry: { remaining: 'x-left' } } } });
    expect((await send({ lease }, { retries: 1 })).status).toBe(200);
  });

  it('waits until a moment, in either form of Retry-After and as caller and provider name it', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-23T12:00:00Z') });
    try {
      const lease = testLease({ provider: { proxy: { base_url: base, retry: { at: 'x-reset', after: 'x-wait' } } } });
      const waits = async (headers: Record<string, string>, options: SendOptions = {}) => {
        answers([429, headers]);
        const gone = new AbortController();
        const onAttempt = (attempt: Attempt) => (attempts.push(attempt), gone.abort());
        const waiting = send({ lease }, { retries: 1, signal: gone.signal, onAttempt, ...options });
        await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
        return attempts.at(-1)?.retryInMs;
      };
      expect(await waits({ 'retry-after': '7' })).toBe(7_000);
      expect(await waits({ 'retry-after': 'Mon, 23 Nov 2026 12:00:30 GMT' })).toBe(30_000);
      expect(await waits({ 'x-wait': '5', 'x-reset': String(Date.now() / 1000 + 9) })).toBe(9_000);
      expect(await waits({ 'x-wait': '5', 'x-mine': '60' }, { retryHeader: { after: 'x-mine' } })).toBe(60_000);
    } finally {
      vi.useRealTimers();
    }
  });

  it('follows network errors that the operator names besides', async () => {
    const call = { baseUrlOverride: 'http://nowhere.invalid' };
    const error = await failure(send(call, { retries: 1 }, hasty));
    expect(['ENOTFOUND', 'EAI_AGAIN']).toContain((error.payload as { code: string }).code);
    expect(attempts).toMatchObject([{ retryRefused: 'out-of-time' }]); // due, but only after three seconds
  });

  it('is asked about before it is made, as the first is', async () => {
    answers([503, AT_ONCE], [200]);
    const asked: number[] = [];
    const admit = vi.fn<NonNullable<SendOptions['admit']>>((_request, number, endsAt) => {
      asked.push(endsAt);
      return number === 0 ? undefined : Promise.resolve();
    });
    await send({}, { retries: 1, admit, totalMs: 60_000 });
    expect(admit.mock.calls.map(([{ path }, number]) => [path, number])).toEqual([
      ['/x', 0],
      ['/x', 1],
    ]);
    for (const endsAt of asked) expect(Math.abs(endsAt - Date.now() - 60_000)).toBeLessThan(5_000);
    const refusal = new AppError('too_many_request', 'later');
    expect(await failure(send({}, { admit: () => Promise.reject(refusal) }))).toBe(refusal);
    expect(
      await failure(
        send(
          {},
          {
            admit: () => {
              throw refusal;
            },
          },
        ),
      ),
    ).toBe(refusal);
    expect(seen).toHaveLength(2);
  });
});

describe('the time of a call', () => {
  const silent = () => {
    const left = Promise.withResolvers<unknown>();
    answer = (_request, response) => void once(response, 'close').then(left.resolve);
    return left.promise;
  };

  it('ends an attempt that gets no answer, and its request', async () => {
    const left = silent();
    const error = await failure(send({ method: 'PUT', body: 'x' }, { retries: 3 }, hasty));
    expect(error).toMatchObject({ code: 'upstream_unreachable', status: 500, payload: { code: 'ETIMEDOUT', method: 'PUT' } });
    await left;
    expect(told()).toEqual([[0, 'ETIMEDOUT', undefined, 'out-of-time']]);
  });

  it('is the caller’s where that is shorter, and the operator’s otherwise', async () => {
    for (const [by, totalMs] of [
      [transport, 150],
      [hasty, 60_000],
    ] as const) {
      void silent();
      expect((await failure(send({}, { totalMs }, by))).payload).toEqual({ code: 'ETIMEDOUT', method: 'GET' });
    }
  });

  it('ends a wait for admission', async () => {
    const error = await failure(send({}, { admit: () => new Promise<void>(() => undefined) }, hasty));
    expect([error.payload, seen.length]).toEqual([{ code: 'ETIMEDOUT', method: 'GET' }, 0]);
  });

  it('does not begin a wait that would go past it, and gives the answer at hand', async () => {
    answers([429, { 'retry-after': '60' }, 'slow down']);
    const response = await send({}, { retries: 5 }, hasty);
    expect([
      response.status,
      response.headers['retry-after'],
      response.headers['fairlead-retry'],
      await text(response.body),
    ]).toEqual([429, '60', 'refused; reason=out-of-time', 'slow down']);
    expect(told()).toEqual([[0, 429, undefined, 'out-of-time']]);
  });

  it('gives that answer whole also where its wait stands in its body', async () => {
    const body = gzipSync(JSON.stringify({ wait: 60, filler: 'x'.repeat(1_000) }));
    answer = (_request, response) => void response.writeHead(429, { 'content-encoding': 'gzip' }).end(body);
    const lease = testLease({
      provider: { proxy: { base_url: base, retry: { in_body: { path: 'wait', value: '(.+)', strategy: 'after' } } } },
    });
    const response = await send({ lease, decompress: true }, { retries: 1 }, hasty);
    expect([response.status, JSON.parse(await text(response.body))]).toMatchObject([429, { wait: 60 }]);
  });

  it('is over all attempts and waits', async () => {
    answer = (_request, response) => void response.writeHead(503, { 'retry-after': '0.06' }).end();
    const startedAt = performance.now();
    const response = await send({}, { retries: 1_000 }, hasty);
    expect([response.status, response.headers['fairlead-retry']]).toEqual([503, 'refused; reason=out-of-time']);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(seen.length).toBeGreaterThan(1);
  });

  it('says nothing of the body of an answer', async () => {
    const ended = Promise.withResolvers<void>();
    answer = (_request, response) => {
      response.write('begin ');
      void ended.promise.then(() => response.end('end'));
    };
    const { body } = await send({}, { totalMs: 60 });
    const reading = text(body);
    const late = failure(send({ endpoint: '/late' }, { totalMs: 60, admit: () => new Promise(() => undefined) }));
    expect((await late).payload).toMatchObject({ code: 'ETIMEDOUT' }); // a call begun later is late by now
    ended.resolve();
    expect(await reading).toBe('begin end');
  });

  it('leaves nothing on a signal that lives longer than calls', async () => {
    answers([200]);
    const run = new AbortController();
    const added = vi.spyOn(run.signal, 'addEventListener');
    const removed = vi.spyOn(run.signal, 'removeEventListener');
    for (let call = 0; call < 5; call += 1) await text((await send({}, { signal: run.signal })).body);
    expect([added.mock.calls.length, removed.mock.calls.length]).toEqual([5, 5]);
  });
});

const streamOf = (...parts: string[]) => Readable.from(parts, { objectMode: false });

describe('a body', () => {
  it('within the limit is sent again, byte for byte', async () => {
    const bodies: string[] = [];
    answer = async (request, response) => {
      bodies.push(await text(request));
      response.writeHead(bodies.length < 3 ? 503 : 200, AT_ONCE).end();
    };
    expect((await send({ method: 'POST', body: streamOf('a'.repeat(400), 'ü'.repeat(300)) }, { retries: 2 })).status).toBe(200);
    expect(new Set(bodies)).toEqual(new Set(['a'.repeat(400) + 'ü'.repeat(300)]));
  });

  it('past it is sent once, and the answer says why', async () => {
    answers([503, AT_ONCE, 'busy']);
    const response = await send({ method: 'POST', body: streamOf('a'.repeat(600), 'b'.repeat(600)) }, { retries: 5 });
    expect([response.status, response.headers['fairlead-retry'], await text(response.body), seen.length]).toEqual([
      503,
      'refused; reason=body-too-large',
      'busy',
      1,
    ]);
    expect(attemptMessage(attempts[0]!, 5, new Date()).meta).toEqual({ retry_refused: 'body-too-large' });
  });

  it('past it without an answer is told of in the error', async () => {
    answer = async (request, response) => {
      await text(request);
      response.destroy();
    };
    const error = await failure(send({ method: 'POST', body: streamOf('a'.repeat(2_000)) }, { retries: 1 }));
    expect(error.payload).toMatchObject({ code: 'UND_ERR_SOCKET', retryRefused: 'body-too-large' });
    expect(error.message).toMatch(/not tried again: its body is longer than the 1000 bytes/);
  });

  it('past it says nothing where no attempt was due', async () => {
    answers([503, AT_ONCE], [404]);
    const call = () => ({ method: 'POST', body: streamOf('a'.repeat(2_000)) });
    expect((await send(call())).headers['fairlead-retry']).toBeUndefined();
    expect((await send(call(), { retries: 1 })).headers['fairlead-retry']).toBeUndefined();
  });
});

describe('a 401', () => {
  const leaseOf = (apiKey: string, renewable = true) => ({
    ...testLease({ credentials: { type: 'API_KEY', apiKey } }),
    renewable,
    credentialsVersion: 1,
  });
  const renewed = () => requestOf({ lease: leaseOf('new') });
  const accepting = (key: string) => {
    answer = async (request, response) => {
      const body = await text(request);
      response
        .writeHead(request.headers.authorization === `Bearer ${key}` ? 200 : 401, { 'content-type': 'text/plain' })
        .end(`got ${body}`);
    };
  };

  it('is answered with renewed credentials at once, though no retry was asked for', async () => {
    accepting('new');
    const renew = vi.fn<NonNullable<SendOptions['renew']>>(async () => renewed());
    const response = await send({ lease: leaseOf('old') }, { renew });
    expect([response.status, seen.length, renew.mock.calls.map(([{ status }]) => status)]).toEqual([200, 2, [401]]);
    expect(told()).toEqual([
      [0, 401, 0, undefined],
      [1, 200, undefined, undefined],
    ]);
    expect(waitMessage(attempts[0]!)).toBe('HTTP call failed (401); attempt 2 follows in 0 ms');
  });

  it('sends a streamed body once more, within the limit', async () => {
    accepting('new');
    const body = streamOf('a', 'bc');
    const call = { lease: leaseOf('old'), method: 'POST', body };
    const renew = async () => requestOf({ ...call, lease: leaseOf('new') });
    expect(await text((await send(call, { renew })).body)).toBe('got abc');
  });

  it('renews past that limit too, and says that the call must be made again', async () => {
    accepting('new');
    const renew = vi.fn<NonNullable<SendOptions['renew']>>(async () => renewed());
    const call = { lease: leaseOf('old'), method: 'POST', body: streamOf('a'.repeat(2_000)) };
    const response = await send(call, { renew });
    expect([response.status, response.headers['fairlead-retry'], renew.mock.calls.length]).toEqual([
      401,
      'refused; reason=body-too-large',
      1,
    ]);
  });

  it('is given as it is where the credentials stay the same, and where new ones are refused too', async () => {
    accepting('never');
    const kept = await send({ lease: leaseOf('old') }, { renew: async () => null, retries: 5 });
    expect([kept.status, await text(kept.body), seen.length]).toEqual([401, 'got ', 1]);
    seen = [];
    const renew = vi.fn<NonNullable<SendOptions['renew']>>(async () => renewed());
    expect((await send({ lease: leaseOf('old') }, { renew, retries: 5 })).status).toBe(401);
    expect([seen.length, renew.mock.calls.length]).toEqual([2, 1]);
  });

  it('leaves the caller’s own attempts as they are', async () => {
    let calls = 0;
    answer = (request, response) => {
      calls += 1;
      const status = request.headers.authorization === 'Bearer new' ? (calls < 4 ? 503 : 200) : 401;
      response.writeHead(status, AT_ONCE).end();
    };
    const response = await send({ lease: leaseOf('old') }, { retries: 2, renew: async () => renewed() });
    expect([response.status, told().map(([, status]) => status)]).toEqual([200, [401, 503, 503, 200]]);
  });

  it('of credentials that cannot be renewed asks nobody', async () => {
    accepting('new');
    const renew = vi.fn<NonNullable<SendOptions['renew']>>(async () => renewed());
    expect((await send({ lease: leaseOf('old', false) }, { renew })).status).toBe(401);
    expect(renew).not.toHaveBeenCalled();
  });
});
