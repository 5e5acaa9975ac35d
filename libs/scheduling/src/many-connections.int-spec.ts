import { afterAll, beforeAll, expect, it } from 'vitest';
import { ExecutionCaps } from '#libs/executions';
import { countStatements, type StatementCounts } from '#libs/testing';
import { SyncCommands } from './sync-commands.service.js';
import { SyncStatuses } from './sync-statuses.service.js';
import { SyncTriggers } from './sync-triggers.service.js';
import { type Scheduler, startScheduler, type World } from './test-scheduling.js';
import type { SyncTarget } from './syncs.types.js';

const CONNECTIONS = 1_000;
/** BEGIN, hold, insert, set live, COMMIT of five pages. */
const MOST_OF_TRIGGER = 5 * 5;
/** And cleared dates and checkpoints. */
const MOST_OF_RESET = 5 * 7;

let scheduler: Scheduler;
let counts: StatementCounts | null;
let world: World;
let targets: SyncTarget[];

beforeAll(async () => {
  scheduler = await startScheduler();
  counts = await countStatements(scheduler.databaseUrl);
  world = await scheduler.world({ connections: CONNECTIONS });
  targets = await scheduler.get(SyncCommands).select({ ...world.scope, connectionRowId: null }, []);
});
afterAll(async () => {
  await counts?.close();
  await scheduler?.close();
});

/** What work comes to, and how many statements it took. */
async function counted<Result>(work: () => Promise<Result>): Promise<[Result, number]> {
  if (!counts) throw new Error('the server does not count statements');
  await counts.reset();
  const result = await work();
  return [result, [...(await counts.read()).values()].reduce((sum, calls) => sum + calls, 0)];
}

const trigger = (reset: boolean) => scheduler.get(SyncTriggers).trigger(targets, { reset, emptyCache: false });

it('are triggered with a few statements a page, each once', async () => {
  const [triggered, statements] = await counted(() => trigger(false));
  expect(statements).toBeLessThanOrEqual(MOST_OF_TRIGGER);
  expect(triggered.map(({ sync, refused }) => [sync.id, refused])).toEqual(targets.map(({ id }) => [id, null]));
  expect(new Set(triggered.map(({ executionId }) => executionId)).size).toBe(CONNECTIONS);
  const [again] = await counted(() => trigger(false));
  expect(new Set(again.map(({ refused }) => refused))).toEqual(new Set(['running']));
});

it('are told of with two statements', async () => {
  const [statuses, statements] = await counted(() =>
    scheduler.get(SyncStatuses).of({ ...world.scope, connectionRowId: null }, []),
  );
  expect([statuses.length, statements]).toEqual([CONNECTIONS, 2]);
});

it('are reset with a few statements a page where nothing runs, and wait as one more where no more may', async () => {
  await scheduler.db.query('UPDATE sync_schedules SET live_execution_id = NULL');
  await scheduler.db.query(`INSERT INTO execution_caps (environment_id, kind, max_queued) VALUES ($1, 'sync', 1500)`, [
    scheduler.environmentId,
  ]);
  await scheduler.get(ExecutionCaps).publishChanged();
  const [triggered, statements] = await counted(() => trigger(true));
  expect(statements).toBeLessThanOrEqual(MOST_OF_RESET);
  // 10 of the first thousand run.
  const accepted = triggered.filter(({ refused }) => refused === null).length;
  expect([accepted, new Set(triggered.slice(accepted).map(({ refused }) => refused))]).toEqual([510, new Set(['queue_full'])]);
  const waiting = await scheduler.db.query(`SELECT 1 FROM sync_schedules WHERE live_execution_id IS NOT NULL`);
  expect(waiting).toHaveLength(510);
});
