import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Checkpoints } from '#libs/checkpoints';
import { Executions } from '#libs/executions';
import { Schedules } from './schedules.service.js';
import { SyncCommands } from './sync-commands.service.js';
import { SyncRuns } from './sync-runs.service.js';
import { SyncStatuses } from './sync-statuses.service.js';
import { SyncTriggers } from './sync-triggers.service.js';
import { Syncs } from './syncs.service.js';
import {
  begin as beginRun,
  claim,
  failed,
  open as openRun,
  scheduleRow,
  type Scheduler,
  startScheduler,
  succeeded,
  type World,
} from './test-scheduling.js';

const PLAIN = { reset: false, emptyCache: false };

let scheduler: Scheduler;
let triggers: SyncTriggers;
let commands: SyncCommands;
let runs: SyncRuns;

beforeAll(async () => {
  scheduler = await startScheduler();
  triggers = scheduler.get(SyncTriggers);
  commands = scheduler.get(SyncCommands);
  runs = scheduler.get(SyncRuns);
  await scheduler.db.query(`UPDATE environments SET webhook_url = 'https://hook.example' WHERE id = $1`, [
    scheduler.environmentId,
  ]);
});

afterAll(() => scheduler?.close());

const scheduleOf = (world: World) => scheduleRow(scheduler, world);
const stateOf = async (executionId: string | null) => (await scheduler.get(Executions).find(executionId ?? ''))?.state;
const webhooks = async ({ connectionIds }: World) => {
  const rows = await scheduler.db.query<{ body: string }>(
    'SELECT body FROM deliveries WHERE connection_id = ANY ($1) ORDER BY id',
    [connectionIds],
  );
  return rows.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
};
const errorsOf = ({ connectionIds }: World) =>
  scheduler.db.query<{ scope: string }>('SELECT type, scope FROM connection_errors WHERE connection_id = ANY ($1)', [
    connectionIds,
  ]);

async function trigger(world: World, options = PLAIN) {
  const [result] = await triggers.trigger(await commands.select(world.scope, []), options);
  return result as NonNullable<typeof result>;
}

const begin = (world: World) => beginRun(scheduler, world);
const open = (executionId: string) => openRun(scheduler, executionId);

describe('a sync', () => {
  it('is opened on every connection, and starts by itself only where its author says so', async () => {
    const world = await scheduler.world({ connections: 3 });
    const started = await scheduler.world({ autoStart: true });
    const opened = await scheduler.db.query('SELECT 1 FROM syncs WHERE function_id = $1 AND deleted_at IS NULL', [
      world.function.id,
    ]);
    expect(opened).toHaveLength(3);
    expect(await scheduleOf(world)).toMatchObject({ state: 'paused', live: null, due: true });
    expect(await scheduleOf(started)).toMatchObject({ state: 'started', live: null, due: true });
  });

  it('is opened once on a connection, however often that is asked for', async () => {
    const { integrationId, connectionIds, function: deployed } = await scheduler.world();
    await scheduler.db.transaction(async (tx) => {
      const connection = { environmentId: scheduler.environmentId, connectionRowId: connectionIds[0] ?? 0, integrationId };
      await scheduler.get(Syncs).openForConnection(tx, connection);
      await scheduler.get(Syncs).openForFunction(tx, deployed);
    });
    expect(await scheduler.db.query('SELECT 1 FROM syncs WHERE connection_id = $1', [connectionIds[0]])).toHaveLength(1);
  });

  it.each(['connection', 'function'] as const)('goes with its %s, and what it runs is cancelled', async (what) => {
    const world = await scheduler.world();
    const { executionId, run } = await begin(world);
    const at = { environmentId: scheduler.environmentId, connectionId: run.connectionRowId, key: run.checkpointKey };
    await scheduler.get(Checkpoints).save(at, { page: 2 }, 1);
    await scheduler.db.transaction((tx) =>
      what === 'connection'
        ? scheduler.get(Syncs).closeForConnection(tx, run.connectionRowId)
        : scheduler.get(Syncs).closeForFunction(tx, run.functionId),
    );
    expect(await stateOf(executionId)).toBe('cancelled');
    expect(await scheduleOf(world)).toMatchObject({ state: 'deleted', live: null });
    expect(await scheduler.get(Checkpoints).get(at)).toMatchObject({ checkpoint: null });
    expect(await runs.finish(executionId, succeeded())).toBe(false);
    await expect(commands.select(world.scope, [])).rejects.toMatchObject({ code: 'no_syncs_found' });
  });
});

describe('a poll', () => {
  it('accepts what is due and leaves it alone while it runs', async () => {
    const due = await scheduler.world({ autoStart: true, connections: 5 });
    const paused = await scheduler.world();
    await Promise.all(Array.from({ length: 4 }, () => scheduler.get(Schedules).poll(100)));
    const accepted = await scheduler.db.query('SELECT 1 FROM executions WHERE function_id = $1', [due.function.id]);
    expect(accepted).toHaveLength(5);
    expect(await scheduler.get(Schedules).poll(100)).toBe(0);
    expect((await scheduleOf(paused)).live).toBeNull();
  });

  it('of several orchestrators accepts every schedule once, and none waits for another', async () => {
    const world = await scheduler.world({ autoStart: true, connections: 600 });
    const drain = async () => {
      let taken = 0;
      for (let last = 1; last > 0; taken += last) last = await scheduler.get(Schedules).poll(50);
      return taken;
    };
    const taken = await Promise.all([drain(), drain(), drain()]);
    expect(taken.reduce((sum, one) => sum + one, 0)).toBe(600);
    const accepted = await scheduler.db.query<{ count: number }>(
      'SELECT count(DISTINCT sync_id)::int AS count FROM executions WHERE function_id = $1 GROUP BY sync_id HAVING count(*) > 1',
      [world.function.id],
    );
    expect(accepted).toEqual([]);
  });

  it('accepts no more than it is asked for', async () => {
    await scheduler.world({ autoStart: true, connections: 3 });
    expect(await scheduler.get(Schedules).poll(2)).toBe(2);
    expect(await scheduler.get(Schedules).poll(2)).toBe(1);
  });
});

describe('a trigger', () => {
  it('leads to one live run, however many come at once, also while schedules are polled', async () => {
    const world = await scheduler.world({ autoStart: true });
    const calls = Array.from({ length: 20 }, () => trigger(world));
    const [results] = await Promise.all([Promise.all(calls), scheduler.get(Schedules).poll(100)]);
    const accepted = await scheduler.db.query<{ id: string }>('SELECT id FROM executions WHERE sync_id = $1', [world.syncId]);
    expect(accepted).toHaveLength(1);
    expect(results.filter(({ refused }) => refused === 'running').length).toBeGreaterThanOrEqual(19);
    expect((await scheduleOf(world)).live).toBe(accepted[0]?.id);
  });

  it('runs a paused sync and leaves it paused', async () => {
    const world = await scheduler.world();
    const { executionId } = await begin(world);
    await runs.finish(executionId, succeeded());
    expect(await scheduleOf(world)).toMatchObject({ state: 'paused', live: null });
  });

  it('that resets cancels the run, forgets date and checkpoints, and starts over', async () => {
    const world = await scheduler.world({ incremental: true });
    const first = await begin(world);
    await runs.finish(first.executionId, succeeded());
    const second = await begin(world);
    expect(second.run).toMatchObject({ type: 'INCREMENTAL', lastSyncDate: expect.any(Date), emptyCache: false });
    const checkpoints = scheduler.get(Checkpoints);
    const at = {
      environmentId: scheduler.environmentId,
      connectionId: second.run.connectionRowId,
      key: second.run.checkpointKey,
    };
    await checkpoints.save(at, { page: 2 }, 1);
    const { executionId } = await trigger(world, { reset: true, emptyCache: true });
    expect(await stateOf(second.executionId)).toBe('cancelled');
    expect((await scheduleOf(world)).live).toBe(executionId);
    expect((await checkpoints.get(at)).checkpoint).toBeNull();
    const run = await open(executionId ?? '');
    expect(run).toMatchObject({ type: 'FULL', lastSyncDate: null, emptyCache: true });
    expect(run.syncRunId).toBeGreaterThan(second.run.syncRunId);
    expect((await webhooks(world)).at(-1)).toMatchObject({ success: false, error: { description: 'the sync was reset' } });
  });
});

describe('a run', () => {
  it('is opened once', async () => {
    const { executionId, run } = await begin(await scheduler.world());
    expect(run).toMatchObject({
      syncName: 'contacts',
      variant: 'base',
      checkpointKey: 'sync:contacts',
      type: 'FULL',
      environmentName: 'dev',
    });
    const execution = await scheduler.get(Executions).find(executionId);
    expect(execution && (await runs.start(execution))).toEqual(run);
  });

  it('is not opened when its sync was removed meanwhile', async () => {
    const world = await scheduler.world();
    const { executionId } = await trigger(world);
    await scheduler.db.query('UPDATE syncs SET deleted_at = now() WHERE id = $1', [world.syncId]);
    expect(await runs.start(await claim(scheduler, executionId ?? ''))).toBeNull();
    expect(await stateOf(executionId)).toBe('cancelled');
  });

  it('that succeeds moves the date to its start, counts, tells, and is due again on its phase', async () => {
    const world = await scheduler.world({ models: ['Contact', 'Company'] });
    const { executionId, run } = await begin(world);
    expect(await runs.finish(executionId, succeeded({ Contact: { added: 2, updated: 1, deleted: 0 } }))).toBe(true);
    expect(await stateOf(executionId)).toBe('succeeded');
    expect(await scheduleOf(world)).toMatchObject({ live: null, due: false, phase: 3_600_000 });
    const [status] = await scheduler.get(SyncStatuses).of(world.scope, []);
    const none = { added: 0, updated: 0, deleted: 0 };
    expect(status).toMatchObject({
      status: 'PAUSED',
      type: 'INITIAL',
      latestExecutionStatus: 'SUCCESS',
      latestResult: { Contact: { added: 2, updated: 1, deleted: 0 }, Company: none },
      finishedAt: expect.any(Date),
      nextScheduledSyncAt: null,
      frequency: 'every hour',
    });
    expect(await webhooks(world)).toMatchObject([
      { model: 'Contact', success: true, modifiedAfter: run.startedAt.toISOString() },
      { model: 'Company', success: true, responseResults: none },
    ]);
    const [sync] = await scheduler.db.query<{ last_sync_date: Date }>('SELECT last_sync_date FROM syncs WHERE id = $1', [
      world.syncId,
    ]);
    expect(sync?.last_sync_date).toEqual(run.startedAt);
  });

  it('that fails shows on the connection until the next success, and leaves the date alone', async () => {
    const world = await scheduler.world();
    const first = await begin(world);
    await runs.finish(first.executionId, failed);
    expect(await errorsOf(world)).toEqual([{ type: 'sync', scope: 'contacts::base' }]);
    expect(await webhooks(world)).toMatchObject([{ success: false, error: { type: 'script_error', description: 'no' } }]);
    const second = await begin(world);
    expect(second.run.lastSyncDate).toBeNull();
    await runs.finish(second.executionId, succeeded());
    expect(await errorsOf(world)).toEqual([]);
  });

  it('that was lost is due again at once', async () => {
    const world = await scheduler.world();
    const { executionId } = await begin(world);
    await runs.finish(executionId, failed, { lost: true });
    expect(await scheduleOf(world)).toMatchObject({ live: null, due: true });
  });

  it('whose result comes late changes nothing', async () => {
    const world = await scheduler.world();
    const { executionId } = await begin(world);
    await runs.finish(executionId, failed, { state: 'expired' });
    const before = [
      await scheduleOf(world),
      await webhooks(world),
      await errorsOf(world),
      await scheduler.get(SyncStatuses).of(world.scope, []),
    ];
    expect(await runs.finish(executionId, succeeded({ Contact: { added: 9, updated: 0, deleted: 0 } }))).toBe(false);
    const after = [
      await scheduleOf(world),
      await webhooks(world),
      await errorsOf(world),
      await scheduler.get(SyncStatuses).of(world.scope, []),
    ];
    expect(after).toEqual(before);
    expect(await stateOf(executionId)).toBe('expired');
  });

  it('is settled once by many that finish it at the same time', async () => {
    const world = await scheduler.world();
    const { executionId } = await begin(world);
    const results = await Promise.all(Array.from({ length: 8 }, () => runs.finish(executionId, succeeded())));
    expect(results.filter(Boolean)).toHaveLength(1);
    expect(await webhooks(world)).toHaveLength(1);
  });

  it('ends beside as many others as there are connections to the database', async () => {
    const world = await scheduler.world({ connections: 40 });
    const triggered = await triggers.trigger(await commands.select({ ...world.scope, connectionRowId: null }, []), PLAIN);
    const ids = triggered.map(({ executionId }) => executionId ?? '');
    await Promise.all(ids.map(open));
    const finished = await Promise.all(ids.map((id) => runs.finish(id, succeeded())));
    expect(finished.every(Boolean)).toBe(true);
    expect(await webhooks(world)).toHaveLength(40);
  });

  it('that expires before it starts frees its schedule', async () => {
    const world = await scheduler.world();
    const { executionId } = await trigger(world);
    await runs.finish(executionId ?? '', failed, { state: 'expired' });
    expect(await scheduleOf(world)).toMatchObject({ live: null });
  });

  it('that was settled behind its schedule’s back is found by the sweep', async () => {
    const world = await scheduler.world();
    const { executionId } = await begin(world);
    await scheduler.get(Executions).settle(scheduler.db, executionId, { state: 'cancelled' });
    expect((await scheduleOf(world)).live).toBe(executionId);
    expect(await runs.freeStranded(10_000)).toBeGreaterThanOrEqual(1);
    expect(await scheduleOf(world)).toMatchObject({ live: null, due: true });
    expect(await runs.freeStranded(10_000)).toBe(0);
  });

  it('that was settled behind its schedule’s back is found page by page', async () => {
    while ((await runs.freeStranded(10_000)) > 0);
    const world = await scheduler.world({ connections: 5 });
    const targets = await commands.select({ ...world.scope, connectionRowId: null }, []);
    const ids = (await triggers.trigger(targets, PLAIN)).map(({ executionId }) => executionId ?? '');
    for (const id of ids) await scheduler.get(Executions).settle(scheduler.db, id, { state: 'cancelled' });
    const live = await scheduler.db.query('SELECT 1 FROM sync_schedules WHERE live_execution_id IS NOT NULL');
    let freed = 0;
    for (let round = 0; round <= live.length / 2; round += 1) freed += await runs.freeStranded(2);
    expect(freed).toBe(5);
  });

  it('is not told of without changes, or when it fails, where the environment does not want to hear', async () => {
    const settings = { on_sync_completion_always: false, on_sync_error: false };
    const set = (value: object) =>
      scheduler.db.query('UPDATE environments SET webhook_settings = $2 WHERE id = $1', [scheduler.environmentId, value]);
    await set(settings);
    const world = await scheduler.world();
    for (const outcome of [succeeded(), failed]) {
      const { executionId } = await begin(world);
      await runs.finish(executionId, outcome);
    }
    expect(await webhooks(world)).toEqual([]);
    await set({});
  });
});
