import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ExecutionId, idFloor, newId } from '#libs/kernel';
import { JobProducer } from '#libs/queues';
import { Decisions } from './decisions.js';
import { expiredError, lostError } from './domain/outcomes.js';
import { Executions } from './executions.service.js';
import { LedgerPartitions } from './ledger-partitions.js';
import { LedgerRepository } from './ledger.repository.js';
import { Reconciler } from './reconciler.js';
import { type Engine, engineStores, startEngine } from './test-executions.js';
import { WorkersRepository } from './workers.repository.js';

let stores: Awaited<ReturnType<typeof engineStores>>;
let engine: Engine;
let executions: Executions;
const worker = newId();

beforeAll(async () => void (stores = await engineStores()));
afterAll(() => stores.close());
beforeEach(async () => {
  engine = await startEngine(stores);
  executions = engine.get(Executions);
  await engine.redis.flushdb();
  await engine.db.query('DELETE FROM executions');
  await engine.get(WorkersRepository).beat(worker, 'jobs');
});
afterEach(() => engine.close());

const sync = { kind: 'sync', environmentId: 1, functionId: 2, connectionRowId: 3, syncId: newId() } as const;
const submit = (more: object = {}): Promise<ExecutionId> =>
  engine.db.transaction((tx) => executions.submit(tx, { ...sync, ...more }));
const stateOf = async (id: ExecutionId) => (await executions.find(id))?.state;
const jobStateOf = (id: ExecutionId) => engine.get(JobProducer).queue('sync').getJobState(id);
const slots = (kind = 'sync') => engine.redis.zrange(`fairlead:admission:${kind}:running`, 0, -1);

describe('the ledger', () => {
  it('accepts work with its transaction, and hands it to the queue after the commit', async () => {
    const id = await engine.db.transaction(async (tx) => {
      const submitted = await executions.submit(tx, { ...sync, input: { deep: ['\0'] }, options: { emptyCache: true } });
      expect(await slots()).toEqual([]);
      return submitted;
    });
    expect([await slots(), await jobStateOf(id)]).toEqual([[id], 'waiting']);
    expect(await executions.find(id)).toMatchObject({
      state: 'queued',
      attempt: 0,
      maxAttempts: 1,
      retryKey: id,
      syncId: sync.syncId,
      input: { deep: ['\0'] },
      options: { emptyCache: true },
    });
    const [row] = await engine.db.query<{ input: Buffer }>('SELECT input FROM executions');
    expect(row?.input.toString()).not.toContain('deep');
  });

  it('forgets work whose transaction fails', async () => {
    const failing = engine.db.transaction(async (tx) => {
      await executions.submit(tx, sync);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await slots()).toEqual([]);
  });

  it('lets one worker of many claim an execution', async () => {
    const id = await submit();
    const claims = await Promise.all(Array.from({ length: 5 }, () => executions.claim(id, worker)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(claims.find(Boolean)).toMatchObject({ id, state: 'running' });
  });

  it('refuses a claim past the start deadline', async () => {
    expect(await executions.claim(await submit({ startDeadline: new Date(Date.now() - 1) }), worker)).toBeNull();
  });

  it('settles an execution once, frees its slot and refuses what it still writes', async () => {
    const id = await submit();
    await executions.claim(id, worker);
    expect(await executions.settle(engine.db, id, { state: 'succeeded', output: { a: 1 } })).toMatchObject({ id });
    expect(await executions.settle(engine.db, id, { state: 'failed', error: lostError('late') })).toBeNull();
    expect([await stateOf(id), await slots()]).toEqual(['succeeded', []]);
    expect(await engine.redis.exists(`fairlead:settled:${id}`)).toBe(1);
  });

  it('keeps the slot when the settling transaction fails', async () => {
    const id = await submit();
    const failing = engine.db.transaction(async (tx) => {
      await executions.settle(tx, id, { state: 'succeeded' });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect([await stateOf(id), await slots()]).toEqual(['queued', [id]]);
  });

  it('cancels what waits and what runs, and nothing that has ended', async () => {
    const id = await submit();
    expect(await executions.cancel(engine.db, id, 'by hand')).toBe(true);
    expect(await executions.claim(id, worker)).toBeNull();
    expect(await executions.cancel(engine.db, id, 'again')).toBe(false);
    expect(await stateOf(id)).toBe('cancelled');
  });

  it('refuses what is too many for its environment', async () => {
    await engine.redis.rpush('fairlead:admission:sync:queue:1', ...Array.from({ length: 100 }, String));
    await expect(submit()).rejects.toMatchObject({ code: 'queue_full', status: 429 });
    expect(await engine.db.query('SELECT 1 FROM executions')).toEqual([]);
  });

  it('stores characters that jsonb refuses', async () => {
    const id = await submit();
    const error = { ...lostError('a\0b'), payload: { text: '\uD800' } };
    expect(await executions.settle(engine.db, id, { state: 'failed', error })).not.toBeNull();
  });
});

describe('deadlines', () => {
  const [second, minute, hour] = [1_000, 60_000, 3_600_000];
  it.each([
    ['sync', hour, 24 * hour],
    ['action-async', 24 * hour, 15 * minute],
    ['on-event', 30 * second, 5 * minute],
  ] as const)('of %s are as its kind says, by the clock of the database', async (kind, startWithinMs, runWithinMs) => {
    const id = await submit({ kind });
    await executions.claim(id, worker);
    const [row] = await engine.db.query<{ start: number; run: number }>(
      `SELECT extract(epoch FROM start_deadline_at - created_at)::float8 * 1000 AS start,
              extract(epoch FROM deadline_at - started_at)::float8 * 1000 AS run FROM executions WHERE id = $1`,
      [id],
    );
    expect(row).toEqual({ start: startWithinMs, run: runWithinMs });
  });

  it('of what waits for its time count from then', async () => {
    const availableAt = new Date(Date.now() + 60_000);
    const id = await submit({ kind: 'on-event', availableAt });
    const [row] = await engine.db.query<{ at: Date }>('SELECT start_deadline_at AS at FROM executions WHERE id = $1', [id]);
    expect(row?.at).toEqual(new Date(availableAt.getTime() + 30_000));
  });

  it.each(['succeeded', 'failed', 'expired', 'cancelled'] as const)('and late results do not change what %s', async (state) => {
    const id = await submit();
    await executions.claim(id, worker);
    await executions.settle(engine.db, id, { state });
    for (const late of ['succeeded', 'failed', 'expired', 'cancelled'] as const)
      expect(await executions.settle(engine.db, id, { state: late, output: 'late' })).toBeNull();
    expect([await stateOf(id), await executions.claim(id, worker)]).toEqual([state, null]);
  });
});

describe('attempts at an asynchronous action', () => {
  const action = { kind: 'action-async', maxAttempts: 3 };

  it('are one piece of work: the first success is its result', async () => {
    const id = await submit(action);
    expect(await executions.result(1, id)).toBe('pending');
    for (const attempt of [0, 1]) {
      const [open] = await engine.db.query<{ id: string }>(`SELECT id FROM executions WHERE state = 'queued'`);
      const failed = await executions.claim(open?.id ?? '', worker);
      if (!failed) throw new Error('not claimed');
      expect(failed).toMatchObject({ attempt, retryKey: id });
      await engine.db.transaction(async (tx) => {
        await executions.settle(tx, failed.id, { state: 'failed', error: lostError('x') });
        await executions.submitNextAttempt(tx, failed, new Date());
      });
      expect(await executions.result(1, id)).toBe('pending');
    }
    const [last] = await engine.db.query<{ id: string }>(`SELECT id FROM executions WHERE state = 'queued'`);
    await executions.settle(engine.db, last?.id ?? '', { state: 'succeeded', output: [1] });
    expect(await executions.result(1, id)).toMatchObject({ status: 'succeeded', output: [1] });
  });

  it('end with the last one, also where that ran out of time', async () => {
    const id = await submit({ kind: 'action-async' });
    const error = expiredError(id, 'createdToStartedTimeoutSecs_exceeded');
    await executions.settle(engine.db, id, { state: 'expired', error });
    expect(await executions.result(1, id)).toMatchObject({ status: 'failed', error });
  });

  it('are known to their environment only', async () => {
    expect([await executions.result(2, await submit(action)), await executions.result(1, newId())]).toEqual([null, null]);
  });
});

const reconcile = () => engine.get(Reconciler).reconcile();

/** As one says who has looked for long enough to know silence from an outage. */
async function overdueAfterWatching() {
  const clock = vi.spyOn(performance, 'now');
  try {
    for (const seconds of [0, 6, 12]) {
      clock.mockReturnValue(seconds * 1_000);
      if (seconds < 12) await engine.get(Reconciler).overdue();
    }
    return await engine.get(Reconciler).overdue();
  } finally {
    clock.mockRestore();
  }
}

describe('the reconciler', () => {
  it('rebuilds every queue after Redis was emptied', async () => {
    await reconcile();
    const queued = [];
    for (let index = 0; index < 7; index += 1) queued.push(await submit());
    await executions.claim(queued[0] as string, worker);
    await engine.redis.flushdb();
    expect(await reconcile()).toBe(7);
    expect((await slots()).toSorted()).toEqual(queued.slice(0, 5));
    expect(await jobStateOf(queued[1] as string)).toBe('waiting');
    expect(await jobStateOf(queued[0] as string)).toBe('unknown');
    expect(await reconcile()).toBe(0);
  });

  it('offers what a crash kept from being offered', async () => {
    await reconcile();
    const id = newId();
    await engine.get(LedgerRepository).insertQueued(engine.db, [{ ...sync, id, attempt: 0, retryKey: id }]);
    // Whoever accepted it may be about to offer it.
    expect(await reconcile()).toBe(0);
    await engine.db.query(`UPDATE executions SET created_at = now() - interval '4 seconds' WHERE id = $1`, [id]);
    expect(await reconcile()).toBe(1);
    expect([await slots(), await jobStateOf(id)]).toEqual([[id], 'waiting']);
  });

  it('refuses again what was ended and may still run, after Redis was emptied', async () => {
    await reconcile();
    const [cancelled, done] = [await submit(), await submit()];
    for (const id of [cancelled, done]) await executions.claim(id, worker);
    await executions.cancel(engine.db, cancelled, 'by hand');
    await executions.settle(engine.db, done, { state: 'succeeded' });
    await engine.redis.flushdb();
    await reconcile();
    const isRefused = (id: ExecutionId) => engine.redis.exists(`fairlead:settled:${id}`);
    expect([await isRefused(cancelled), await isRefused(done)]).toEqual([1, 0]);
  });

  it('frees the slot of what has ended, and queues again what lost its job', async () => {
    await reconcile();
    const [ended, jobless] = [await submit(), await submit()];
    await engine.db.query(`UPDATE executions SET state = 'failed' WHERE id = $1`, [ended]);
    await (await engine.get(JobProducer).queue('sync').getJob(jobless))?.remove();
    for (const id of [ended, jobless]) await engine.redis.zadd('fairlead:admission:sync:running', 1, id);
    await reconcile();
    expect([await slots(), await jobStateOf(jobless)]).toEqual([[jobless], 'waiting']);
    // Whoever ended it may have been lost before it could say so.
    expect(await engine.redis.exists(`fairlead:settled:${ended}`)).toBe(1);
  });

  it('logs each decision with its name and number', async () => {
    const noted = vi.spyOn(engine.get(Decisions), 'note');
    await reconcile();
    await submit();
    await engine.redis.flushdb();
    await reconcile();
    expect(noted.mock.calls.filter(([, count]) => count !== 0)).toEqual([
      ['redis_rebuilt'],
      ['redis_rebuilt'],
      ['queued_offered', 1, { kind: 'sync' }],
    ]);
  });

  it('finds what nobody will settle any more', async () => {
    const [late, lost, slow, fine] = [await submit(), await submit(), await submit(), await submit()];
    for (const id of [lost, slow, fine]) await executions.claim(id, worker);
    await engine.db.query(`UPDATE executions SET start_deadline_at = now() WHERE id = $1`, [late]);
    await engine.db.query(`UPDATE executions SET worker_id = $2 WHERE id = $1`, [lost, newId()]);
    await engine.db.query(`UPDATE executions SET deadline_at = now() WHERE id = $1`, [slow]);
    const overdue = await overdueAfterWatching();
    expect(Object.fromEntries(overdue.map(({ id, cause }) => [id, cause]))).toEqual({
      [late]: 'start_deadline',
      [lost]: 'worker_lost',
      [slow]: 'run_deadline',
    });
    await engine.db.query(`UPDATE workers SET heartbeat_at = now() - interval '21 seconds'`);
    expect(await overdueAfterWatching()).toHaveLength(4);
    const anew = await startEngine(stores);
    expect((await anew.get(Reconciler).overdue()).map(({ cause }) => cause)).toEqual(['start_deadline', 'run_deadline']);
    await anew.close();
  });

  it('gives workers time to say that they live, to one who has not looked before or could not', async () => {
    const [silent, slow] = [await submit(), await submit()];
    for (const id of [silent, slow]) await executions.claim(id, newId());
    await engine.db.query(`UPDATE executions SET deadline_at = now() WHERE id = $1`, [slow]);
    const overdue = async () => new Set((await engine.get(Reconciler).overdue()).map(({ id }) => id));
    const clock = vi.spyOn(performance, 'now');
    try {
      const startMs = performance.now();
      const at = async (ms: number) => (clock.mockReturnValue(startMs + ms), overdue());
      for (const ms of [0, 9_000]) expect(await at(ms)).toEqual(new Set([slow]));
      expect(await at(12_000)).toEqual(new Set([silent, slow]));
      for (const ms of [60_000, 69_000]) expect(await at(ms)).toEqual(new Set([slow]));
      expect(await at(72_000)).toEqual(new Set([silent, slow]));
    } finally {
      clock.mockRestore();
    }
  });

  it('queues again what lost its job, however many wait before it', async () => {
    await reconcile();
    const backlog = Array.from({ length: 2_100 }, () => sync);
    await engine.db.transaction((tx) => executions.submitMany(tx, backlog));
    const light = await submit({ environmentId: 2 });
    await (await engine.get(JobProducer).queue('sync').getJob(light))?.remove();
    await engine.redis.zadd('fairlead:admission:sync:running', 1, light);
    await reconcile();
    expect(await jobStateOf(light)).toBe('waiting');
  });
});

async function partitions(): Promise<string[]> {
  const rows = await engine.db.query<{ name: string }>(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'executions'::regclass`,
  );
  return rows.map(({ name }) => name).toSorted();
}

describe('partitions', () => {
  it('are there before their day, and leave a day that has rows elsewhere alone', async () => {
    const now = new Date(Date.now() + 100 * 86_400_000);
    const before = await partitions();
    expect(before.length).toBeGreaterThanOrEqual(1 + 7);
    const stray = idFloor(now).replace(/0000$/, '0001');
    await engine.get(LedgerRepository).insertQueued(engine.db, [{ ...sync, id: stray, attempt: 0, retryKey: stray }]);
    await engine.get(LedgerPartitions).ensure(now);
    await engine.get(LedgerPartitions).ensure(now);
    expect(await partitions()).toHaveLength(before.length + 6);
    const tomorrow = idFloor(new Date(now.getTime() + 86_400_000)).replace(/0000$/, '0001');
    await engine.get(LedgerRepository).insertQueued(engine.db, [{ ...sync, id: tomorrow, attempt: 0, retryKey: tomorrow }]);
    const [row] = await engine.db.query<{ name: string }>(
      'SELECT tableoid::regclass::text AS name FROM executions WHERE id = $1',
      [tomorrow],
    );
    expect(row?.name).toMatch(/^executions_2/);
    expect(await executions.claim(tomorrow, worker)).toMatchObject({ id: tomorrow });
    expect(await stateOf(stray)).toBe('queued');
  });

  it('stay while something of them is still open', async () => {
    const old = new Date('2021-03-01T12:00:00Z');
    const drop = () => engine.get(LedgerPartitions).dropOld(new Date('2021-03-20T00:00:00Z'), 5);
    await engine.get(LedgerPartitions).ensure(old);
    const open = idFloor(new Date('2021-03-02T00:00:00Z'));
    const stray = idFloor(new Date('2021-02-01T00:00:00Z'));
    for (const id of [open, stray])
      await engine.get(LedgerRepository).insertQueued(engine.db, [{ ...sync, id, attempt: 0, retryKey: id }]);
    await drop();
    expect([await stateOf(open), await stateOf(stray)]).toEqual(['queued', 'queued']);
    expect((await partitions()).filter((name) => name.startsWith('executions_2021'))).toEqual(['executions_20210302']);
    for (const id of [open, stray]) await executions.settle(engine.db, id, { state: 'expired' });
    await drop();
    expect([await stateOf(open), await stateOf(stray)]).toEqual([undefined, undefined]);
    expect((await partitions()).filter((name) => name.startsWith('executions_2021'))).toEqual([]);
  });

  it('that are missing lose nothing: the default one takes what comes, more than is dropped in one step', async () => {
    const days = idFloor(new Date('2019-01-01T00:00:00Z')).slice(0, 24);
    const ids = Array.from({ length: 1_500 }, (_, index) => `${days}${index.toString(16).padStart(12, '0')}`);
    await engine.get(LedgerRepository).insertQueued(
      engine.db,
      ids.map((id) => ({ ...sync, id, attempt: 0, retryKey: id })),
    );
    expect(await executions.claim(ids[7] as string, worker)).toMatchObject({ id: ids[7] });
    await engine.db.query(`UPDATE executions SET state = 'failed' WHERE id = ANY($1)`, [ids]);
    await engine.get(LedgerPartitions).dropOld(new Date('2020-01-08T00:00:00Z'), 5);
    expect(await engine.db.query('SELECT 1 FROM executions WHERE id = ANY($1)', [ids])).toEqual([]);
  });

  it('go with their retention', async () => {
    const old = new Date('2020-01-01T12:00:00Z');
    await engine.get(LedgerPartitions).ensure(old);
    expect(await partitions()).toContain('executions_20200101');
    const stray = idFloor(new Date('2019-12-31T00:00:00Z'));
    await engine.get(LedgerRepository).insertQueued(engine.db, [{ ...sync, id: stray, attempt: 0, retryKey: stray }]);
    await executions.settle(engine.db, stray, { state: 'failed' });
    await engine.get(LedgerPartitions).dropOld(new Date('2020-01-08T00:00:00Z'), 5);
    expect(await stateOf(stray)).toBeUndefined();
    expect((await partitions()).filter((name) => name.startsWith('executions_2020'))).toEqual(
      [3, 4, 5, 6, 7].map((day) => `executions_2020010${day}`),
    );
  });
});
