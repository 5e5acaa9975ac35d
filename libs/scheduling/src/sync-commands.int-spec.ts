import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Executions } from '#libs/executions';
import { SyncCommands } from './sync-commands.service.js';
import { SyncRuns } from './sync-runs.service.js';
import { SyncTriggers } from './sync-triggers.service.js';
import { Syncs } from './syncs.service.js';
import { Schedules } from './schedules.service.js';
import { begin, failed, open, scheduleRow, type Scheduler, startScheduler, succeeded, type World } from './test-scheduling.js';

let scheduler: Scheduler;
let commands: SyncCommands;

beforeAll(async () => {
  scheduler = await startScheduler();
  commands = scheduler.get(SyncCommands);
});

afterAll(() => scheduler?.close());

const scheduleOf = (world: World) => scheduleRow(scheduler, world);

/** One successful run: the next one is a whole period after the schedule's creation. */
async function runOnce({ scope }: World): Promise<void> {
  const targets = await commands.select(scope, []);
  for (const { executionId } of await scheduler.get(SyncTriggers).trigger(targets, { reset: false, emptyCache: false })) {
    const id = executionId ?? '';
    await open(scheduler, id);
    await scheduler.get(SyncRuns).finish(id, { status: 'succeeded', output: null, durationMs: 5, proxyCalls: 0 });
  }
}

describe('commands', () => {
  it('start and pause', async () => {
    const world = await scheduler.world();
    const targets = await commands.select(world.scope, [{ name: 'contacts', variant: 'base' }]);
    await commands.start(targets);
    expect(await scheduleOf(world)).toMatchObject({ state: 'started', due: true });
    await commands.pause(targets);
    expect(await scheduleOf(world)).toMatchObject({ state: 'paused' });
  });

  it('reach all connections of an integration', async () => {
    const { scope } = await scheduler.world({ connections: 3 });
    expect(await commands.select({ ...scope, connectionRowId: null }, [])).toHaveLength(3);
    await expect(commands.select(scope, [{ name: 'nothing', variant: 'base' }])).rejects.toMatchObject({
      code: 'no_syncs_found',
    });
  });

  it('give a connection its own frequency and the function’s again, which a deploy then changes', async () => {
    const world = await scheduler.world();
    await runOnce(world);
    const ref = { name: 'contacts', variant: 'base' };
    const retime = (runsEvery: string) =>
      scheduler.db.transaction((tx) =>
        scheduler
          .get(Syncs)
          .retimeForFunction(tx, { ...world.function, definition: { ...world.function.definition, runs: runsEvery } }),
      );
    expect(await commands.updateFrequency(world.scope, ref, 'every 10 minutes')).toBe('10m');
    expect((await scheduleOf(world)).phase).toBe(600_000);
    await retime('every day');
    expect((await scheduleOf(world)).phase).toBe(600_000);
    expect(await commands.updateFrequency(world.scope, ref, null)).toBe('every hour');
    await retime('every day');
    expect((await scheduleOf(world)).phase).toBe(86_400_000);
    await expect(commands.updateFrequency(world.scope, ref, 'every 5s')).rejects.toMatchObject({ code: 'invalid_body' });
    await expect(commands.updateFrequency(world.scope, { ...ref, name: 'x' }, 'every 5m')).rejects.toMatchObject({
      code: 'unknown_sync',
    });
  });

  it('keep a due run due when the frequency changes', async () => {
    const world = await scheduler.world();
    await commands.updateFrequency(world.scope, { name: 'contacts', variant: 'base' }, '1d');
    expect(await scheduleOf(world)).toMatchObject({ due: true, phase: 0 });
  });

  it('add and remove variants', async () => {
    const { scope } = await scheduler.world();
    const ref = { name: 'contacts', variant: 'eu' };
    const id = await commands.createVariant(scope, ref);
    await expect(commands.createVariant(scope, ref)).rejects.toMatchObject({ code: 'sync_variant_already_exists' });
    await expect(commands.createVariant(scope, { ...ref, variant: 'BASE' })).rejects.toMatchObject({ code: 'invalid_variant' });
    await expect(commands.createVariant(scope, { ...ref, name: 'x' })).rejects.toMatchObject({ code: 'unknown_sync' });
    expect(await commands.select(scope, [ref])).toMatchObject([{ id, variant: 'eu' }]);
    await commands.deleteVariant(scope, ref);
    await expect(commands.deleteVariant(scope, ref)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('add no more variants than a connection may have, also at once', async () => {
    const { scope, syncId } = await scheduler.world();
    await scheduler.db.query(
      `INSERT INTO syncs (id, environment_id, connection_id, function_id, name, variant)
       SELECT gen_random_uuid(), environment_id, connection_id, function_id, name, 'v' || n FROM syncs, generate_series(1, 98) n WHERE id = $1`,
      [syncId],
    );
    const more = await Promise.allSettled(
      ['a', 'b', 'c'].map((variant) => commands.createVariant(scope, { name: 'contacts', variant })),
    );
    expect(more.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('a cancelled run', () => {
  it('ends, is told as cancelled, and leaves the schedule as it was', async () => {
    const world = await scheduler.world();
    const targets = await commands.select(world.scope, []);
    await commands.start(targets);
    const { executionId } = await begin(scheduler, world);
    const triggers = scheduler.get(SyncTriggers);
    expect(await triggers.cancel(targets, 'enough')).toEqual(targets);
    expect(await scheduler.get(Executions).find(executionId)).toMatchObject({ state: 'cancelled' });
    expect(await scheduleOf(world)).toMatchObject({ state: 'started', live: null, due: false, phase: 3_600_000 });
    expect(await scheduler.get(SyncRuns).finish(executionId, succeeded())).toBe(false);
    expect(await triggers.cancel(targets, 'enough')).toEqual([]);
  });

  it('need not have begun', async () => {
    const world = await scheduler.world({ autoStart: true });
    await scheduler.get(Schedules).poll(1_000);
    expect((await scheduleOf(world)).live).not.toBeNull();
    const targets = await commands.select(world.scope, []);
    expect(await scheduler.get(SyncTriggers).cancel(targets, 'enough')).toHaveLength(1);
    expect((await scheduleOf(world)).live).toBeNull();
  });
});

describe('a connection that is authenticated anew', () => {
  const revive = (world: World) =>
    scheduler.db.transaction(async (tx) => {
      const { environmentId } = scheduler;
      const [connectionRowId = 0] = world.connectionIds;
      await scheduler.get(Syncs).reviveForConnection(tx, { environmentId, connectionRowId, integrationId: world.integrationId });
    });
  const failOnce = async (world: World) => {
    const { executionId } = await begin(scheduler, world);
    await scheduler.get(SyncRuns).finish(executionId, failed);
  };

  it('runs at once what failed last', async () => {
    const world = await scheduler.world({ autoStart: true });
    await failOnce(world);
    expect(await scheduleOf(world)).toMatchObject({ due: false });
    await revive(world);
    expect(await scheduleOf(world)).toMatchObject({ state: 'started', due: true });
  });

  it('leaves alone what succeeded, and what a user paused', async () => {
    const healthy = await scheduler.world({ autoStart: true });
    await runOnce(healthy);
    await revive(healthy);
    expect(await scheduleOf(healthy)).toMatchObject({ due: false });
    const paused = await scheduler.world();
    await failOnce(paused);
    await revive(paused);
    expect(await scheduleOf(paused)).toMatchObject({ state: 'paused', due: false });
  });

  it('gets a sync that it lacks', async () => {
    const world = await scheduler.world();
    const [connectionRowId] = world.connectionIds;
    await scheduler.db.transaction((tx) => scheduler.get(Syncs).closeForConnection(tx, connectionRowId ?? 0));
    await revive(world);
    expect(await commands.select(world.scope, [])).toHaveLength(1);
  });
});

describe('start times', () => {
  const SPREAD_MS = 600_000;
  const spread = (ms: number) =>
    scheduler.db.query('UPDATE environments SET sync_spread_ms = $2 WHERE id = $1', [scheduler.environmentId, ms]);
  const timesOf = (world: World) =>
    scheduler.db.query<{ anchor: number; first: number }>(
      `SELECT (extract(epoch FROM s.starts_at - y.created_at) * 1000)::float8 AS anchor,
              (extract(epoch FROM s.next_run_at - y.created_at) * 1000)::float8 AS first
         FROM sync_schedules s JOIN syncs y ON y.id = s.sync_id WHERE y.function_id = $1 ORDER BY y.created_at`,
      [world.function.id],
    );

  it('are the same for what is opened together, unless the environment spreads them', async () => {
    const times = await timesOf(await scheduler.world({ connections: 20, autoStart: true }));
    expect(new Set(times.map(({ first }) => first)).size).toBe(1);
  });

  it('are spread by sync, over the time the environment gives, and never by a period', async () => {
    await spread(SPREAD_MS);
    const wide = await timesOf(await scheduler.world({ connections: 40, autoStart: true }));
    const narrow = await timesOf(await scheduler.world({ connections: 40, autoStart: true, runs: 'every minute' }));
    const paused = await timesOf(await scheduler.world({ connections: 5 }));
    await spread(0);
    expect(new Set(wide.map(({ first }) => first)).size).toBeGreaterThan(30);
    expect(wide.every(({ first, anchor }) => first === anchor && first > -1 && first < SPREAD_MS)).toBe(true);
    expect(narrow.every(({ first }) => first < 60_000)).toBe(true);
    expect(paused.every(({ first }) => first <= 0)).toBe(true);
  });

  it('of one connection are not put off: its phase is', async () => {
    const world = await scheduler.world({ autoStart: true });
    await spread(SPREAD_MS);
    const [connection] = await scheduler.db.query<{ id: number }>(
      `INSERT INTO connections (environment_id, integration_id, connection_id, credentials_type, credentials)
       VALUES ($1, $2, 'late', 'NONE', '') RETURNING id`,
      [scheduler.environmentId, world.integrationId],
    );
    const opened = {
      environmentId: scheduler.environmentId,
      connectionRowId: connection?.id ?? 0,
      integrationId: world.integrationId,
    };
    await scheduler.db.transaction((tx) => scheduler.get(Syncs).openForConnection(tx, opened));
    await spread(0);
    const [, late] = await timesOf(world);
    expect(late?.first).toBeLessThanOrEqual(0);
    expect(late?.anchor).toBeGreaterThan(0);
  });
});
