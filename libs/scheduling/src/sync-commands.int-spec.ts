import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Executions } from '#libs/executions';
import { SyncCommands } from './sync-commands.service.js';
import { SyncRuns } from './sync-runs.service.js';
import { SyncTriggers } from './sync-triggers.service.js';
import { Syncs } from './syncs.service.js';
import { scheduleRow, type Scheduler, startScheduler, type World } from './test-scheduling.js';

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
    await scheduler.get(Executions).claim(id, '00000000-0000-4000-8000-000000000001');
    await scheduler.get(SyncRuns).start(id);
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
