import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Outcome } from '#libs/contracts';
import { newId } from '#libs/kernel';
import type { JobContext, JobHandler } from '#libs/queues';
import { HandlesJob } from '#libs/queues';
import { type TestDatabase, testDatabase, type TestRedis, testRedis } from '#libs/testing';
import { ActionAnswers } from './action-answers.js';
import { ActionKeys } from './action-keys.js';
import { failedOutcome, lostError } from './domain/outcomes.js';
import { Executions } from './executions.service.js';
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
