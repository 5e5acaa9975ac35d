import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Checkpoints } from '#libs/checkpoints';
import { Executions } from '#libs/executions';
import { Schedules } from './schedules.service.js';
import { SyncCommands } from './sync-commands.service.js';
import { SyncRuns } from './sync-runs.service.js';
import { SyncStatuses } from './sync-statuses.service.js';
import { SyncTriggers } from './sync-triggers.service.js';
import {
  begin,
  claim,
  failed,
  open,
  scheduleRow,
  type Scheduler,
  startScheduler,
  succeeded,
  type World,
} from './test-scheduling.js';
import type { StartedRun } from './syncs.types.js';

let scheduler: Scheduler;
let runs: SyncRuns;

beforeAll(async () => {
  scheduler = await startScheduler();
  runs = scheduler.get(SyncRuns);
});
afterAll(() => scheduler?.close());

const trigger = async (world: World, reset = false) => {
  const targets = await scheduler.get(SyncCommands).select(world.scope, []);
  const [triggered] = await scheduler.get(SyncTriggers).trigger(targets, { reset, emptyCache: false });
  return triggered?.executionId ?? '';
};
const interrupt = (executionId: string) => runs.finish(executionId, succeeded(), { interrupted: true });
/** Opens the run that an interruption has accepted. */
const goOn = async (world: World) => {
  const { live } = await scheduleRow(scheduler, world);
  return { executionId: live ?? '', run: await open(scheduler, live ?? '') };
};
const saveCheckpoint = ({ connectionRowId, checkpointKey }: StartedRun) =>
  scheduler
    .get(Checkpoints)
    .save({ environmentId: scheduler.environmentId, connectionId: connectionRowId, key: checkpointKey }, { page: 2 }, 1);
const dateOf = async ({ syncId }: World) => {
  const [row] = await scheduler.db.query<{ last_sync_date: Date | null }>('SELECT last_sync_date FROM syncs WHERE id = $1', [
    syncId,
  ]);
  return row?.last_sync_date ?? null;
};
const statusOf = async (world: World) => (await scheduler.get(SyncStatuses).of(world.scope, []))[0];

describe('a run that stops at a checkpoint', () => {
  it('goes on by itself when it was asked for, though its schedule rests', async () => {
    const world = await scheduler.world();
    const first = await begin(scheduler, world);
    await interrupt(first.executionId);
    const { state, live } = await scheduleRow(scheduler, world);
    expect([state, live]).toEqual(['paused', expect.any(String)]);
    expect(live).not.toBe(first.executionId);
    expect(await scheduler.get(Executions).find(live ?? '')).toMatchObject({ state: 'queued', options: { isTriggered: true } });
    await open(scheduler, live ?? '');
    await runs.finish(live ?? '', succeeded());
    expect(await scheduleRow(scheduler, world)).toMatchObject({ state: 'paused', live: null, due: false });
  });

  it('of a schedule that was paused meanwhile waits until that is started', async () => {
    const world = await scheduler.world({ autoStart: true });
    await scheduler.get(Schedules).poll(1_000);
    const { live } = await scheduleRow(scheduler, world);
    await open(scheduler, live ?? '');
    await scheduler.get(SyncCommands).pause(await scheduler.get(SyncCommands).select(world.scope, []));
    await interrupt(live ?? '');
    expect(await scheduleRow(scheduler, world)).toMatchObject({ state: 'paused', live: null, due: true });
  });

  it('counts as a success, and is one run with those that go on from there', async () => {
    const world = await scheduler.world({ incremental: true });
    const first = await begin(scheduler, world);
    await interrupt(first.executionId);
    expect(await dateOf(world)).toBeNull();
    expect(await statusOf(world)).toMatchObject({ latestExecutionStatus: 'SUCCESS' });
    const second = await goOn(world);
    expect(second.run).toMatchObject({ type: 'FULL', lastSyncDate: null });
    await interrupt(second.executionId);
    const third = await goOn(world);
    await runs.finish(third.executionId, succeeded());
    expect(await dateOf(world)).toEqual(first.run.startedAt);
    const next = await begin(scheduler, world);
    expect(next.run).toMatchObject({ type: 'INCREMENTAL', lastSyncDate: first.run.startedAt });
    await runs.finish(next.executionId, succeeded());
    expect(await dateOf(world)).toEqual(next.run.startedAt);
  });

  it('keeps its beginning when one that goes on fails', async () => {
    const world = await scheduler.world();
    const first = await begin(scheduler, world);
    await interrupt(first.executionId);
    await runs.finish((await goOn(world)).executionId, failed);
    await runs.finish((await begin(scheduler, world)).executionId, succeeded());
    expect(await dateOf(world)).toEqual(first.run.startedAt);
  });

  it('begins anew after a reset', async () => {
    const world = await scheduler.world();
    await interrupt((await begin(scheduler, world)).executionId);
    const executionId = await trigger(world, true);
    const run = await open(scheduler, executionId);
    await runs.finish(executionId, succeeded());
    expect(await dateOf(world)).toEqual(run.startedAt);
  });
});

describe('a run that expires', () => {
  it('goes on at once if it saved a checkpoint', async () => {
    const world = await scheduler.world();
    const { executionId, run } = await begin(scheduler, world);
    await saveCheckpoint(run);
    await runs.finish(executionId, failed, { state: 'expired' });
    expect((await scheduleRow(scheduler, world)).live).not.toBe(executionId);
    expect((await goOn(world)).run.syncRunId).toBeGreaterThan(run.syncRunId);
  });

  it('waits for its next tick if it got no further than the one before', async () => {
    const world = await scheduler.world();
    const first = await begin(scheduler, world);
    await saveCheckpoint(first.run);
    await runs.finish(first.executionId, succeeded());
    const second = await begin(scheduler, world);
    await runs.finish(second.executionId, failed, { state: 'expired' });
    expect(await scheduleRow(scheduler, world)).toMatchObject({ live: null, due: false });
  });
});

describe('a run that is given up while it is being opened', () => {
  it('is not opened, and its sync does not look as if it ran', async () => {
    const world = await scheduler.world();
    const executionId = await trigger(world);
    const execution = await claim(scheduler, executionId);
    await runs.finish(executionId, failed, { lost: true });
    expect(await runs.start(execution)).toBeNull();
    expect(await statusOf(world)).toMatchObject({ status: 'PAUSED', latestExecutionStatus: null });
  });

  it('is ended or not opened, whoever comes first', async () => {
    const world = await scheduler.world({ connections: 30 });
    const targets = await scheduler.get(SyncCommands).select({ ...world.scope, connectionRowId: null }, []);
    const triggered = await scheduler.get(SyncTriggers).trigger(targets, { reset: false, emptyCache: false });
    await Promise.all(
      triggered.map(async ({ executionId }) => {
        const id = executionId ?? '';
        const execution = await claim(scheduler, id);
        await Promise.all([runs.start(execution), runs.finish(id, failed, { lost: true })]);
      }),
    );
    const running = await scheduler.db.query(
      `SELECT 1 FROM sync_runs r JOIN syncs y ON y.id = r.sync_id WHERE y.function_id = $1 AND r.status = 'RUNNING'`,
      [world.function.id],
    );
    expect(running).toEqual([]);
  });
});

it('a transaction that ends a run leaves nothing behind when it fails at its last statement', async () => {
  const world = await scheduler.world();
  await scheduler.db.query(`UPDATE environments SET webhook_url = 'https://hook.example' WHERE id = $1`, [
    scheduler.environmentId,
  ]);
  const { executionId } = await begin(scheduler, world);
  await scheduler.db.query('ALTER TABLE deliveries ADD CONSTRAINT shut CHECK (false) NOT VALID');
  await expect(runs.finish(executionId, succeeded())).rejects.toThrow(/shut/);
  expect(await scheduleRow(scheduler, world)).toMatchObject({ live: executionId });
  expect(await statusOf(world)).toMatchObject({ status: 'RUNNING' });
  expect(await dateOf(world)).toBeNull();
  await scheduler.db.query('ALTER TABLE deliveries DROP CONSTRAINT shut');
  expect(await runs.finish(executionId, succeeded())).toBe(true);
  expect(await scheduleRow(scheduler, world)).toMatchObject({ live: null });
  expect(await dateOf(world)).not.toBeNull();
});
