import { setTimeout as delay } from 'node:timers/promises';
import { countStatements, startStack, startUpstream, type Stack, type StatementCounts, type Upstream } from '#libs/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Api, connect, expectStatus, of } from '../e2e/support/api.js';
import { REMEMBERED } from './support/remembered.js';

/** What proxied calls cost the database of a whole installation, all services and their logs included; and that they go on without Redis. */
const WARM_MS = 5_000;
const CALLS = 1_000;
const CALLERS = 4;

let stack: Stack;
let api: Api;
let upstream: Upstream;
let counts: StatementCounts | null;

beforeAll(async () => {
  stack = await startStack({ mode: 'split' });
  api = new Api(stack);
  upstream = await startUpstream();
  upstream.on('GET', '/things', async () => ({ status: 200, body: { ok: true } }));
  for (const name of ['warm', 'doomed']) await connect(api, name, upstream.url);
  counts = await countStatements(stack.databaseUrl);
}, 120_000);
afterAll(async () => {
  await counts?.close();
  await upstream.close();
  await stack.stop();
});

const call = (name = 'warm') => api.get('/proxy/things', { headers: of(name, `${name}-connection`) });

/** Calls one after the other for at least so long. */
async function callFor(ms: number): Promise<void> {
  for (const until = performance.now() + ms; performance.now() < until; await delay(100)) await expectStatus(call(), 200);
}

it('a thousand warm calls read no key and no connection, and their logs are written in batches', async (context) => {
  if (!counts) {
    context.skip('the Postgres of NANGO_DATABASE_URL does not load pg_stat_statements');
    return;
  }
  await callFor(WARM_MS);
  await counts.reset();
  const caller = async () => {
    for (let n = 0; n < CALLS / CALLERS; n += 1) {
      await expectStatus(call(), 200);
      await delay(8);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  const executed = [...(await counts.read())];
  expect(executed.filter(([sql]) => REMEMBERED.test(sql))).toEqual([]);
  const writes = executed.filter(([sql]) => /(COPY|INSERT INTO) logs\./.test(sql)).reduce((sum, [, calls]) => sum + calls, 0);
  expect([writes > 0, writes < CALLS / 5]).toEqual([true, true]);
});

it('calls go on while Redis is killed, and a connection that is deleted then is refused within a second', async () => {
  await expectStatus(call('doomed'), 200);
  await stack.redis.kill();
  try {
    const calls = callFor(2_000);
    await expectStatus(api.delete('/connections/doomed-connection?provider_config_key=doomed'), 200);
    await delay(1_000);
    expect((await call('doomed')).status).toBe(400);
    await calls;
  } finally {
    await stack.redis.restart();
  }
  await callFor(1_000);
});
