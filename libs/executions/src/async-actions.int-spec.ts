import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Environments } from '#libs/accounts';
import type { Outcome } from '#libs/contracts';
import type { Deliveries, NewDelivery } from '#libs/deliveries';
import { newId } from '#libs/kernel';
import type { OperationEnd, OperationLog } from '#libs/logs';
import { type TestDatabase, testDatabase, type TestRedis, testRedis } from '#libs/testing';
import { AsyncActions } from './async-actions.js';
import { expiredError, failedOutcome, lostError } from './domain/outcomes.js';
import { Executions } from './executions.service.js';
import { type Engine, startEngine } from './test-executions.js';

const SUCCESS: Outcome = { status: 'succeeded', output: { sent: true }, durationMs: 4, proxyCalls: 1 };
const FAILURE = failedOutcome(lostError('broken'));

let database: TestDatabase;
let redis: TestRedis;
let engine: Engine;
let actions: AsyncActions;
let told: NewDelivery[] = [];
let ended: [string, OperationEnd][] = [];
let wantsToHear = true;

beforeAll(async () => {
  database = await testDatabase();
  redis = await testRedis();
  engine = await startEngine({ databaseUrl: database.url, encryptionKey: database.encryptionKey, redisUrl: redis.url });
  const environments = { get: async () => ({ webhookSettings: { on_async_action_completion: wantsToHear } }) };
  const deliveries = { store: async (_tx: unknown, delivery: NewDelivery) => void told.push(delivery) };
  const operations = { finish: (id: string, end: OperationEnd) => void ended.push([id, end]) };
  actions = new AsyncActions(
    engine.db,
    engine.get(Executions),
    environments as unknown as Environments,
    deliveries as unknown as Deliveries,
    operations as unknown as OperationLog,
  );
});
afterAll(async () => {
  await engine.close();
  await redis.close();
  await database.close();
});
beforeEach(() => {
  told = [];
  ended = [];
  wantsToHear = true;
});

const operationId = newId();
const submit = (maxRetries = 0) =>
  actions.submit({
    environmentId: 1,
    functionId: 2,
    connectionRowId: 3,
    input: null,
    operationId,
    connectionId: 'c-1',
    providerConfigKey: 'mail',
    maxRetries,
  });
const resultOf = (id: string) => engine.get(Executions).result(1, id);
async function openAttempt(retryKey: string): Promise<string> {
  const [row] = await engine.db.query<{ id: string }>(`SELECT id FROM executions WHERE retry_key = $1 AND state = 'queued'`, [
    retryKey,
  ]);
  return row?.id ?? 'none';
}

it('ends with its first success, and is told of once', async () => {
  const id = await submit(2);
  expect(await actions.finish(await openAttempt(id), FAILURE)).toBe(true);
  expect([await resultOf(id), told, ended]).toEqual(['pending', [], []]);
  expect(await actions.finish(await openAttempt(id), SUCCESS)).toBe(true);
  expect(await resultOf(id)).toMatchObject({ status: 'succeeded', output: { sent: true } });
  expect(told).toMatchObject([
    {
      environmentId: 1,
      connectionRowId: 3,
      type: 'async_action',
      payload: {
        from: 'nango',
        type: 'async_action',
        connectionId: 'c-1',
        providerConfigKey: 'mail',
        payload: { id, statusUrl: `/action/${id}` },
      },
    },
  ]);
  expect(ended).toMatchObject([[operationId, { state: 'success' }]]);
});

it('fails with the error of its last attempt', async () => {
  const id = await submit(1);
  await actions.finish(await openAttempt(id), FAILURE);
  await actions.finish(await openAttempt(id), failedOutcome(lostError('still broken')));
  expect(await resultOf(id)).toMatchObject({ status: 'failed', error: { message: 'still broken' } });
  expect([told.length, ended[0]?.[1].state]).toEqual([1, 'failed']);
});

it('is not tried again when it expires', async () => {
  const id = await submit(3);
  const expired = failedOutcome(expiredError(id, 'createdToStartedTimeoutSecs_exceeded'));
  expect(await actions.finish(id, expired, 'expired')).toBe(true);
  expect([await openAttempt(id), told.length]).toEqual(['none', 1]);
});

it('that was settled changes nothing any more', async () => {
  const id = await submit();
  await actions.finish(id, SUCCESS);
  expect(await actions.finish(id, FAILURE)).toBe(false);
  expect([told.length, ended.length, ((await resultOf(id)) as Outcome).status]).toEqual([1, 1, 'succeeded']);
});

it('is not told of where the environment does not want to hear', async () => {
  wantsToHear = false;
  await actions.finish(await submit(), SUCCESS);
  expect([told.length, ended.length]).toEqual([0, 1]);
});
