import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Environments } from '#libs/accounts';
import type { Outcome } from '#libs/contracts';
import type { Deliveries, NewDelivery } from '#libs/deliveries';
import { newId } from '#libs/kernel';
import type { OperationEnd, OperationLog } from '#libs/logs';
import { ActionKeys } from './action-keys.js';
import { AsyncActions } from './async-actions.js';
import { expiredError, failedOutcome, lostError } from './domain/outcomes.js';
import { Executions } from './executions.service.js';
import { Reconciler } from './reconciler.js';
import { type Engine, engineStores, startEngine } from './test-executions.js';

const SUCCESS: Outcome = { status: 'succeeded', output: { sent: true }, durationMs: 4, proxyCalls: 1 };
const FAILURE = failedOutcome(lostError('broken'));

let stores: Awaited<ReturnType<typeof engineStores>>;
let engine: Engine;
let actions: AsyncActions;
let told: NewDelivery[] = [];
let ended: [string, OperationEnd][] = [];
let wantsToHear = true;

beforeAll(async () => {
  stores = await engineStores();
  engine = await startEngine(stores);
  const environments = { get: async () => ({ webhookSettings: { on_async_action_completion: wantsToHear } }) };
  const deliveries = { store: async (_tx: unknown, delivery: NewDelivery) => void told.push(delivery) };
  const operations = { finish: (id: string, end: OperationEnd) => void ended.push([id, end]) };
  actions = new AsyncActions(
    engine.db,
    engine.get(Executions),
    environments as unknown as Environments,
    deliveries as unknown as Deliveries,
    operations as unknown as OperationLog,
    engine.get(ActionKeys),
  );
});
afterAll(async () => {
  await engine.close();
  await stores.close();
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

it('is tried again when it ran out of time, later each time, and told of once', async () => {
  const id = await submit(1);
  const expired = failedOutcome(expiredError(id, 'startedToCompletedTimeoutSecs_exceeded'));
  expect(await actions.finish(id, expired, 'expired')).toBe(true);
  const second = await openAttempt(id);
  expect([await resultOf(id), told.length, (await engine.get(Executions).find(second))?.attempt]).toEqual(['pending', 0, 1]);
  expect(await actions.finish(second, expired, 'expired')).toBe(true);
  expect([await openAttempt(id), told.length]).toEqual(['none', 1]);
  expect(await resultOf(id)).toMatchObject({ status: 'failed', error: expired.status === 'failed' ? expired.error : {} });
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

it('is tried again after a while, and not before', async () => {
  const id = await submit(1);
  await actions.finish(id, FAILURE);
  const next = await openAttempt(id);
  const [row] = await engine.db.query<{ ms: number }>(
    `SELECT extract(epoch FROM available_at - created_at) * 1000 AS ms FROM executions WHERE id = $1`,
    [next],
  );
  expect(Number(row?.ms)).toBeGreaterThan(800);
  const offered = () => engine.redis.hexists('fairlead:admission:action-async:env', next);
  await engine.get(Reconciler).reconcile();
  expect(await offered()).toBe(0);
  await engine.db.query(`UPDATE executions SET available_at = now() WHERE id = $1`, [next]);
  await engine.get(Reconciler).offerDue();
  expect(await offered()).toBe(1);
});

it('whose input was refused is not tried again', async () => {
  const id = await submit(3);
  await actions.finish(id, failedOutcome({ code: 'invalid_action_input', status: 400, payload: [] }));
  expect([await openAttempt(id), told.length]).toEqual(['none', 1]);
});

describe('a cancelled action', () => {
  const CANCELLED = { status: 'failed', error: { code: 'script_aborted', status: 410, message: 'The action was cancelled' } };

  it('never starts, and says so', async () => {
    const id = await submit(2);
    expect(await actions.cancel(1, id)).toBe('cancelled');
    expect(await engine.get(Executions).claim(id, newId())).toBeNull();
    expect(await resultOf(id)).toMatchObject(CANCELLED);
    expect([told.length, ended[0]?.[1].state]).toEqual([1, 'cancelled']);
  });

  it('keeps the end it has when its function answers all the same', async () => {
    const id = await submit(2);
    await engine.get(Executions).claim(id, newId());
    expect(await actions.cancel(1, id)).toBe('cancelled');
    expect(await actions.finish(id, SUCCESS)).toBe(false);
    expect(await resultOf(id)).toMatchObject(CANCELLED);
  });

  it('is not tried again while it waits for its next attempt', async () => {
    const id = await submit(2);
    await actions.finish(id, FAILURE);
    expect(await actions.cancel(1, id)).toBe('cancelled');
    expect([await openAttempt(id), await resultOf(id)]).toMatchObject(['none', CANCELLED]);
  });

  it('is not one that has ended, nor one of somebody else', async () => {
    const id = await submit();
    await actions.finish(id, SUCCESS);
    expect([await actions.cancel(1, id), await actions.cancel(2, id), await actions.cancel(1, newId())]).toEqual([
      'ended',
      null,
      null,
    ]);
    expect(await resultOf(id)).toMatchObject({ status: 'succeeded' });
  });
});

describe('an action with a key', () => {
  const action = {
    environmentId: 1,
    functionId: 2,
    connectionRowId: 3,
    input: null,
    operationId,
    connectionId: 'c-1',
    providerConfigKey: 'mail',
    maxRetries: 0,
  };

  it('is accepted once, also by calls at the same time', async () => {
    const use = { key: newId(), request: { action: 'send' } };
    const taken = await Promise.all(Array.from({ length: 8 }, () => actions.submitOnce(action, use)));
    expect(new Set(taken.map(({ executionId }) => executionId)).size).toBe(1);
    expect(taken.filter(({ isNew }) => isNew)).toHaveLength(1);
    const rows = await engine.db.query('SELECT 1 FROM executions WHERE id = $1', [taken[0]?.executionId]);
    expect(rows).toHaveLength(1);
  });

  it('is refused for another request, and free again a day later', async () => {
    const use = { key: newId(), request: { action: 'send' } };
    const first = await actions.submitOnce(action, use);
    const other = { ...use, request: { action: 'delete' } };
    await expect(actions.submitOnce(action, other)).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    await engine.db.query('UPDATE idempotency_keys SET expires_at = now() WHERE execution_id = $1', [first.executionId]);
    expect(await actions.submitOnce(action, other)).toMatchObject({ isNew: true });
  });

  it('in another environment is another one', async () => {
    const use = { key: newId(), request: 1 };
    const [environments] = await engine.db.query<{ ids: number[] }>('SELECT array_agg(id ORDER BY id) AS ids FROM environments');
    const [one = 0, two = 0] = environments?.ids ?? [];
    const here = await actions.submitOnce({ ...action, environmentId: one }, use);
    const there = await actions.submitOnce({ ...action, environmentId: two }, use);
    expect([here.isNew, there.isNew]).toEqual([true, true]);
  });
});
