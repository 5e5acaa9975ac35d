import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { launchStack, type Stack, startUpstream, type Upstream } from '#libs/testing';
import { Api, connect, of } from '../e2e/support/api.js';
import { type Gate, openGate } from './support/gate.js';

/** Calls through connections that are in use go on while a store is away, and after it came back, empty or not. */
const CALLERS = 8;
const PAUSE_MS = 20;
const REDIS_AWAY_MS = 5_000;
/** As long as a fail-over within a cluster may take to be noticed, and no longer: what is cached is not good for ever. */
const POSTGRES_AWAY_MS = 1_000;
const AFTERWARDS_MS = 2_000;
const SLOW_MS = 2_000;
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

  it('without Redis, and with one that comes back empty', async () => {
    await stack.redis.kill();
    await expectUnharmed(REDIS_AWAY_MS);
    await stack.redis.restart();
    await expectUnharmed(AFTERWARDS_MS);
  });

  it('without Postgres, and with it again', async () => {
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
