import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { countStatements, launchStack, type Stack, startUpstream, type Upstream } from '#libs/testing';
import { sql } from '../auth/support/database.js';
import { Api, connect, expectStatus, of, type Reply } from '../e2e/support/api.js';
import { deploy } from '../e2e/support/functions.js';
import { type Gate, openGate } from './support/gate.js';
import { REMEMBERED } from './support/remembered.js';

/** Calls through connections that are in use go on while a store is away, and after it came back, empty or not. */
const CALLERS = 8;
const PAUSE_MS = 20;
const REDIS_AWAY_MS = 5_000;
/** As long as a fail-over within a cluster may take to be noticed, and no longer: what is cached is not good for ever. */
const POSTGRES_AWAY_MS = 1_000;
const AFTERWARDS_MS = 2_000;
const SLOW_MS = 2_000;
/** As long as what is not proven is used for, and a little longer. */
const READ_WITHIN_MS = 1_100;
const PROVEN_WITHIN_MS = 20_000;
/** What makes one failure look different each time. */
const SUPPORT_ID = /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g;
const CONNECTIONS = ['steady-a', 'steady-b'];
let gate: Gate;
let stack: Stack;
let api: Api;
let upstream: Upstream;

beforeAll(async () => {
  gate = await openGate(inject('stores').databaseUrl);
  stack = await launchStack(gate.url, { mode: 'split' });
  api = new Api(stack);
  upstream = await startUpstream();
  upstream.on('*', '/steady', (request) => ({ status: 200, body: { authorization: request.headers.authorization } }));
  for (const name of CONNECTIONS) await connect(api, name, upstream.url);
});
afterAll(async () => {
  await upstream.close();
  await stack.stop();
  await gate.shut();
});

/** Every way in which a call went other than it should, with how often. */
class Traffic {
  readonly failures = new Map<string, number>();
  calls = 0;
  #over = false;
  readonly #callers: Promise<void>[];

  constructor() {
    this.#callers = Array.from({ length: CALLERS }, (_, n) => this.#keepCalling(CONNECTIONS[n % CONNECTIONS.length]!));
  }

  async stop(): Promise<void> {
    this.#over = true;
    await Promise.all(this.#callers);
  }

  async #keepCalling(name: string): Promise<void> {
    for (; !this.#over; await delay(PAUSE_MS)) {
      const startedAt = performance.now();
      const outcome = await this.#call(name);
      this.calls += 1;
      const failure = outcome ?? (performance.now() - startedAt > SLOW_MS ? 'slow' : undefined);
      if (failure) this.failures.set(failure, (this.failures.get(failure) ?? 0) + 1);
    }
  }

  async #call(name: string): Promise<string | undefined> {
    try {
      const { status, text } = await api.get('/proxy/steady', { headers: of(name, `${name}-connection`) });
      return status === 200 && text.includes(`secret-of-${name}`)
        ? undefined
        : `${status} ${text.replaceAll(SUPPORT_ID, '').slice(0, 200)}`;
    } catch (error) {
      return String((error as Error).cause ?? error);
    }
  }
}

describe('calls go on', () => {
  let traffic: Traffic;
  beforeEach(async () => {
    traffic = new Traffic();
    await delay(1_000);
    expect([traffic.calls > CALLERS, Object.fromEntries(traffic.failures)]).toEqual([true, {}]);
    return () => traffic.stop();
  });

  /** Nothing failed, and calls were made all the while. */
  const expectUnharmed = async (ms: number) => {
    const before = traffic.calls;
    await delay(ms);
    expect(Object.fromEntries(traffic.failures)).toEqual({});
    expect(traffic.calls - before).toBeGreaterThan((CALLERS * ms) / 1_000);
  };

  /** A Redis that came back empty is not believed for some seconds, in which Postgres is needed. */
  async function untilNothingIsRead(): Promise<void> {
    const counts = await countStatements(stack.databaseUrl);
    const read = async () => {
      await counts?.reset();
      await delay(READ_WITHIN_MS);
      return [...((await counts?.read()) ?? [])].filter(([statement]) => REMEMBERED.test(statement));
    };
    await expect.poll(read, { timeout: PROVEN_WITHIN_MS }).toEqual([]);
    await counts?.close();
  }

  it('without Redis, and with one that comes back empty', async () => {
    await stack.redis.kill();
    await expectUnharmed(REDIS_AWAY_MS);
    await stack.redis.restart();
    await expectUnharmed(AFTERWARDS_MS);
  });

  it('without Postgres, and with it again', async () => {
    await untilNothingIsRead();
    await gate.shut();
    try {
      await expectUnharmed(POSTGRES_AWAY_MS);
    } finally {
      await gate.open();
    }
    await expectUnharmed(AFTERWARDS_MS);
    await traffic.stop();
    await expect.poll(async () => (await api.get('/integrations')).status, { timeout: 10_000 }).toBe(200);
  });
});

describe('what needs Postgres is refused while it is away, and is not half done', () => {
  const HEADERS = of('steady-a', 'steady-a-connection');
  const SYNC = { provider_config_key: 'steady-a', connection_id: 'steady-a-connection', syncs: ['lines'] };
  const REFUSAL = [503, 'database_unavailable', '2'];
  const works = new Map<string, number>();

  /** @param more headers */
  const act = (mark: string, more: Record<string, string>) =>
    api.post<{ id: string }>('/action/trigger', { action_name: 'work', input: { mark } }, { headers: { ...HEADERS, ...more } });
  const later = (mark: string) => act(mark, { 'x-async': 'true', 'idempotency-key': mark });
  const isBack = () => expect.poll(async () => (await api.get('/integrations')).status, { timeout: 10_000 }).toBe(200);
  const executions = () => sql(stack.databaseUrl, `SELECT state FROM executions WHERE kind IN ('action-async', 'sync')`);
  const refusalOf = ({ status, text, headers }: Reply) => [
    status,
    (JSON.parse(text) as { error: { code: string } }).error.code,
    headers.get('retry-after'),
  ];

  beforeAll(async () => {
    upstream.on('POST', '/work', ({ json }) => {
      const { mark } = json as { mark: string };
      works.set(mark, (works.get(mark) ?? 0) + 1);
      return { status: 200, body: { mark } };
    });
    await deploy(api, 'steady-a', [
      { type: 'action', name: 'work', exec: `return (await nango.post({ endpoint: '/work', data: input })).data;` },
      { type: 'sync', name: 'lines', models: ['Line'], exec: `await nango.batchSave([{ id: '1' }], 'Line');`, autoStart: false },
    ]);
    await expectStatus(act('warm', {}), 200);
  });

  it('with a code of its own and a time to come back, whatever is asked', async () => {
    const calls: Record<string, () => Promise<Reply>> = {
      'an action with a key': () => act('keyed', { 'idempotency-key': 'keyed' }),
      'an asynchronous action': () => act('async', { 'x-async': 'true' }),
      'an asynchronous action with a key': () => later('async-keyed'),
      'a result': () => api.get('/action/0199aaaa-0000-7000-8000-000000000000'),
      'a trigger': () => api.post('/sync/trigger', SYNC),
      'a pause': () => api.post('/sync/pause', SYNC),
      'a status': () => api.get('/sync/status?syncs=*&provider_config_key=steady-a'),
      records: () => api.get('/records?model=Line', { headers: HEADERS }),
      'a list': () => api.get('/connections'),
      'a new integration': () => api.post('/integrations', { provider: 'private-api-bearer', unique_key: 'late' }),
      'a deploy': () =>
        api.post('/sync/deploy', {
          flowConfigs: [],
          onEventScriptsByProvider: [],
          nangoYamlBody: '',
          reconcile: false,
          debug: false,
        }),
    };
    const before = await executions();
    await gate.shut();
    const names = Object.keys(calls);
    const replies = await Promise.all(Object.values(calls).map((call) => call()));
    await gate.open();
    const refusals = Object.fromEntries(replies.map((reply, n) => [names[n], refusalOf(reply)]));
    expect(refusals).toEqual(Object.fromEntries(names.map((name) => [name, REFUSAL])));
    await isBack();
    expect([await executions(), (await api.get('/integrations/late')).status]).toEqual([before, 404]);
    // The key was not used up by what was refused.
    expect((await expectStatus(act('keyed', { 'idempotency-key': 'keyed' }), 200)).body).toEqual({ mark: 'keyed' });
    expect(works.get('keyed')).toBe(1);
  });

  it('calls that it was lost under are done once when they are made again', async () => {
    const marks = Array.from({ length: 30 }, (_, n) => `lost-${n}`);
    const first = marks.map((mark) => later(mark));
    await Promise.race(first);
    await gate.shut();
    const told = await Promise.all(first);
    await gate.open();
    expect(new Set(told.map(({ status }) => status))).toEqual(new Set([202, 503]));
    await isBack();
    const ids = await Promise.all(marks.map(async (mark) => (await expectStatus(later(mark), 202)).body.id));
    // What was accepted, whether or not its caller heard of it, is the same action.
    for (const [n, { status, body }] of told.entries()) if (status === 202) expect(ids[n]).toBe(body.id);
    for (const id of ids) await expect.poll(async () => (await api.get(`/action/${id}`)).status, { timeout: 30_000 }).toBe(200);
    expect(marks.map((mark) => works.get(mark))).toEqual(marks.map(() => 1));
  });
});
