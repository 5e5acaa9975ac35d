import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Outcome } from '#libs/contracts';
import { Cipher } from '#libs/crypto';
import { newId } from '#libs/kernel';
import type { JobContext, JobHandler } from '#libs/queues';
import { HandlesJob } from '#libs/queues';
import { type TestDatabase, testDatabase, type TestRedis, testRedis } from '#libs/testing';
import { ActionAnswers } from './action-answers.js';
import { ActionKeys } from './action-keys.js';
import { failedOutcome, lostError } from './domain/outcomes.js';
import { Executions } from './executions.service.js';
import { KeptOutcomes } from './kept-outcomes.js';
import type { ActionJob } from './executions.types.js';
import { type Engine, startEngine } from './test-executions.js';

const started: string[] = [];
let answered: Outcome = { status: 'succeeded', output: null, durationMs: 1, proxyCalls: 0 };
let release = Promise.resolve();

/** Plays a jobs process: answers what the test says, when the test says so. */
@HandlesJob('action.run')
class Worker implements JobHandler<'action.run'> {
  constructor(private readonly answers: ActionAnswers) {}

  async handle(job: ActionJob, _context: JobContext): Promise<void> {
    started.push(job.executionId);
    await release;
    await this.answers.answer(job, answered, Date.now());
  }

  lost(job: ActionJob): Promise<void> {
    return this.answers.answer(job, failedOutcome(lostError('gone')), undefined).then(() => undefined);
  }
}

let database: TestDatabase;
let redis: TestRedis;
let replicas: Engine[] = [];

const worker = { provide: Worker, inject: [ActionAnswers], useFactory: (answers: ActionAnswers) => new Worker(answers) };

beforeAll(async () => {
  database = await testDatabase();
  redis = await testRedis();
  const stores = { databaseUrl: database.url, encryptionKey: database.encryptionKey, redisUrl: redis.url };
  replicas = [await startEngine({ ...stores, handlers: [worker] }), await startEngine(stores)];
});
afterAll(async () => {
  for (const replica of replicas) await replica.close();
  await redis.close();
  await database.close();
});

const action = { environmentId: 1, functionId: 2, connectionRowId: 3, input: { a: 1 }, operationId: newId() };
const keysOf = (replica: number): ActionKeys => (replicas[replica] as Engine).get(ActionKeys);
const db = () => (replicas[0] as Engine).db;
const newUse = () => ({ key: newId(), request: { action: 'send', input: { a: 1 } } });

describe('an action somebody waits for, with a key', () => {
  it('runs once for calls at the same time on two replicas, and all hear the same', async () => {
    answered = { status: 'succeeded', output: { sent: 'x'.repeat(100) }, durationMs: 1, proxyCalls: 0 };
    started.length = 0;
    let go = () => {};
    release = new Promise((resolve) => (go = resolve));
    const use = newUse();
    const calls = [0, 1, 0, 1, 1].map((replica) => keysOf(replica).runOnce(action, use));
    await expect.poll(() => started.length).toBe(1);
    go();
    const heard = await Promise.all(calls);
    expect(heard.map(({ outcome }) => outcome.status === 'succeeded' && outcome.output)).toEqual(
      heard.map(() => ({ sent: 'x'.repeat(100) })),
    );
    expect([started.length, heard.filter(({ isReplay }) => !isReplay).length]).toEqual([1, 1]);
  });

  it.each([
    ['nothing', { status: 'succeeded', output: undefined, durationMs: 1, proxyCalls: 0 }, { status: 'succeeded', output: null }],
    ['a failure', failedOutcome(lostError('broken')), { status: 'failed', error: { message: 'broken' } }],
  ] as const)('that answered %s does so again', async (_what, outcome, expected) => {
    answered = outcome;
    started.length = 0;
    const use = newUse();
    await keysOf(0).runOnce(action, use);
    expect(await keysOf(1).runOnce(action, use)).toMatchObject({ outcome: expected, isReplay: true });
    expect(started).toHaveLength(1);
  });

  it('is refused for another request', async () => {
    const use = newUse();
    await keysOf(0).runOnce(action, use);
    const other = { ...use, request: { action: 'delete' } };
    await expect(keysOf(1).runOnce(action, other)).rejects.toMatchObject({ code: 'idempotency_key_reused', status: 422 });
  });

  it('does not give its request away to who can read the database', async () => {
    const use = newUse();
    await keysOf(0).runOnce(action, use);
    const plain = createHash('sha256')
      .update(JSON.stringify({ action: 'send', input: { a: 1 } }))
      .digest();
    const [row] = await db().query<{ request_hash: Buffer }>(
      'SELECT request_hash FROM idempotency_keys ORDER BY created_at DESC LIMIT 1',
    );
    expect([row?.request_hash.length, row?.request_hash.includes(plain)]).toEqual([36, false]);
  });

  it('is recognised under the data key it was made with, once another seals; and of a key that is gone runs nothing', async () => {
    const [rotated, without] = [randomBytes(32), randomBytes(32)];
    const [before, after, later] = [
      [[1, rotated]],
      [
        [1, rotated],
        [2, without],
      ],
      [[2, without]],
    ].map((keys) => {
      const engine = replicas[0] as Engine;
      const cipher = new Cipher(new Map(keys as [number, Buffer][]));
      return new ActionKeys(engine.db, engine.get(Executions), engine.get(KeptOutcomes), cipher);
    }) as [ActionKeys, ActionKeys, ActionKeys];
    const use = newUse();
    const other = { ...use, request: { action: 'delete' } };
    const { executionId } = await before.take(db(), action.environmentId, use, newId());
    expect(await after.take(db(), action.environmentId, use, newId())).toMatchObject({ executionId, isNew: false });
    await expect(after.take(db(), action.environmentId, other, newId())).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
    expect(await later.take(db(), action.environmentId, use, newId())).toMatchObject({ executionId, isNew: false });
  });

  it('that the release before took, under a plain digest, is recognised', async () => {
    const use = newUse();
    const { executionId } = await keysOf(0).take(db(), action.environmentId, use, newId());
    const plain = createHash('sha256').update(JSON.stringify(use.request)).digest();
    await db().query('UPDATE idempotency_keys SET request_hash = $2 WHERE execution_id = $1', [executionId, plain]);
    expect(await keysOf(1).take(db(), action.environmentId, use, newId())).toMatchObject({ executionId, isNew: false });
    const other = { ...use, request: { action: 'delete' } };
    await expect(keysOf(1).take(db(), action.environmentId, other, newId())).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
  });

  it('whose process was lost before anything ran is told as lost, and does not run', async () => {
    started.length = 0;
    const use = newUse();
    const lostRun = await keysOf(0).take(db(), action.environmentId, use, newId());
    await db().query(`UPDATE idempotency_keys SET created_at = now() - interval '40 seconds' WHERE execution_id = $1`, [
      lostRun.executionId,
    ]);
    const heard = await keysOf(1).runOnce(action, use);
    expect(heard).toMatchObject({ outcome: { status: 'failed', error: { code: 'function_runtime_other' } }, isReplay: true });
    expect(await keysOf(0).runOnce(action, use)).toEqual(heard);
    expect(started).toEqual([]);
  });

  it('whose end was recorded by another process keeps that end', async () => {
    answered = { status: 'succeeded', output: 'late', durationMs: 1, proxyCalls: 0 };
    started.length = 0;
    let go = () => {};
    release = new Promise((resolve) => (go = resolve));
    const use = newUse();
    const first = keysOf(0).runOnce(action, use);
    await expect.poll(() => started.length).toBe(1);
    const [id = ''] = started;
    const error = JSON.stringify(lostError('given up'));
    await db().query(
      `INSERT INTO executions (id, environment_id, kind, state, retry_key, connection_id, function_id, error, start_deadline_at)
       VALUES ($1, 1, 'action', 'failed', $1, 3, 2, $2, now())`,
      [id, error],
    );
    go();
    const expected = { status: 'failed', error: { message: 'given up' } };
    expect((await first).outcome).toMatchObject(expected);
    expect((await keysOf(1).runOnce(action, use)).outcome).toMatchObject(expected);
  });

  it('that was refused because too many wait may be sent again', async () => {
    release = Promise.resolve();
    answered = { status: 'succeeded', output: 'done', durationMs: 1, proxyCalls: 0 };
    const use = newUse();
    const full = await startEngine({
      databaseUrl: database.url,
      encryptionKey: database.encryptionKey,
      redisUrl: redis.url,
      maxQueued: 1,
      environmentCaps: { action: 1, 'action-async': 1, sync: 1, 'on-event': 1 },
    });
    let go = () => {};
    release = new Promise((resolve) => (go = resolve));
    const crowded = { ...action, environmentId: 1 };
    const others = [0, 1].map(() => full.get(Executions).runAndWait(crowded));
    const queued = () => full.redis.llen('fairlead:admission:action:queue:1');
    await expect.poll(queued).toBe(1);
    await expect(full.get(ActionKeys).runOnce(crowded, use)).rejects.toMatchObject({ code: 'queue_full' });
    go();
    await Promise.all(others);
    expect(await full.get(ActionKeys).runOnce(crowded, use)).toMatchObject({ outcome: { output: 'done' }, isReplay: false });
    await full.close();
  });

  it('is forgotten after a day', async () => {
    const use = newUse();
    await keysOf(0).runOnce(action, use);
    expect(await keysOf(0).removeExpired(100)).toBe(0);
    await db().query(`UPDATE idempotency_keys SET expires_at = now()`);
    expect(await keysOf(0).removeExpired(100)).toBeGreaterThan(0);
    expect(await keysOf(0).runOnce(action, use)).toMatchObject({ isReplay: false });
  });
});
