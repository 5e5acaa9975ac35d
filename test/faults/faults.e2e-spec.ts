import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack, type Stack } from '#libs/testing';
import { Api, connect } from '../e2e/support/api.js';
import { CHAPTERS, INTRO } from './chapters.js';
import { Customer, type Seen } from './customer.js';
import { AUTHORITY_FILE, startElsewhere } from './elsewhere.js';
import type { Fault, UpstreamCall } from './fault.js';
import { pageOf } from './page.js';
import { type RawUpstream, type Route, startRawUpstream } from './upstream.js';

/** Each way in which an upstream may fail has one answer, and harms nothing but its own call. */
const LIMITS = { FAIRLEAD_PROXY_HEAD_TIMEOUT_MS: '1500', FAIRLEAD_PROXY_IDLE_TIMEOUT_MS: '1500' };
const FAULTS = CHAPTERS.flatMap(({ faults }) => Object.entries(faults));
const GOOD: Route = { serve: ({ socket }) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood') };
const routes = new Map<string, Route>([['good', GOOD], ...FAULTS]);
let stack: Stack;
let upstream: RawUpstream;
let elsewhere: Awaited<ReturnType<typeof startElsewhere>>;
let customer: Customer;
let lastCall: UpstreamCall | undefined;

const routeOf = (path: string): Route | undefined => {
  const route = routes.get(/[\w-]+/.exec(path)?.[0] ?? '');
  const serve = (call: UpstreamCall) => {
    lastCall = call;
    route?.serve(call);
  };
  return route && { ...route, serve };
};

beforeAll(async () => {
  upstream = await startRawUpstream(routeOf);
  elsewhere = await startElsewhere(routeOf);
  stack = await startStack({ env: { ...LIMITS, NODE_EXTRA_CA_CERTS: AUTHORITY_FILE } });
  customer = new Customer(stack, await connect(new Api(stack), 'faulty', upstream.url));
});
afterAll(async () => {
  customer.agent.destroy();
  await stack.stop();
  await Promise.all([upstream.close(), elsewhere.close()]);
});

const callOf = ({ call, elsewhere: where }: Fault) => ({
  ...call,
  headers: { ...call?.headers, ...(where ? { 'base-url-override': where(elsewhere) } : {}) },
});

const good = async () => expect(await customer.call('/good')).toMatchObject({ status: 200, body: 'good' });

function expectAnswer(seen: Seen, { answer, call }: Fault): void {
  expect({ status: seen.status, breaksOff: seen.breaksOff }).toEqual({ status: answer.status, breaksOff: answer.breaksOff });
  for (const [name, value] of Object.entries(answer.headers ?? {})) expect(seen.headers[name]).toBe(value);
  if (answer.body !== undefined) expect(seen.body).toBe(answer.body);
  if (answer.error !== undefined) expect(JSON.parse(seen.body)).toMatchObject({ error: { code: answer.error } });
  if (answer.code === undefined) return;
  const told = JSON.parse(seen.body) as { code: string };
  expect(told).toEqual({ message: expect.stringMatching(/./), code: expect.any(String), method: call?.method ?? 'GET' });
  expect([answer.code].flat()).toContain(told.code);
}

describe.each(CHAPTERS)('$title:', ({ faults, orderly }) => {
  it.each(Object.entries(faults))('%s', async (name, fault) => {
    const spoils = !orderly && (fault.answer.code ?? fault.answer.breaksOff) !== undefined;
    await good();
    lastCall = undefined;
    expectAnswer(await customer.call(`/${name}`, callOf(fault)), fault);
    const connection = (lastCall as UpstreamCall | undefined)?.socket;
    if (connection && spoils) await expect.poll(() => connection.destroyed).toBe(true);
    await good();
  });
});

it.each([
  ['GET', 200],
  ['POST', 500],
])('a connection kept alive over TLS, closed at the moment of a %s, is answered %i', async (method, status) => {
  const headers = { 'base-url-override': elsewhere.secure };
  await customer.call('/good', { headers });
  expect(await customer.call('/stale-closed', { method, headers })).toMatchObject({
    status,
    body: status === 200 ? 'okay' : expect.any(String),
  });
});

it('leaves no connection behind', () => {
  expect(upstream.connections.size).toBeLessThanOrEqual(2);
});

it('is written down in docs/proxy-faults.md', async () => {
  await expect(pageOf(INTRO, CHAPTERS)).toMatchFileSnapshot('../../docs/proxy-faults.md');
});
