import { afterAll, beforeAll, expect, it } from 'vitest';
import { SyncedDatasets } from './synced-datasets.service.js';
import { type Scheduler, startScheduler } from './test-scheduling.js';

let scheduler: Scheduler;

beforeAll(async () => {
  scheduler = await startScheduler();
});

afterAll(() => scheduler?.close());

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);

it('names what live syncs that were made, succeeded, ran or run since a moment keep', async () => {
  const world = await scheduler.world({ connections: 6, models: ['Contact', 'Company'] });
  const [created, succeeded, tried, running, idle, removed] = world.connectionIds as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const { db } = scheduler;
  const age = `created_at = now() - interval '90 days', last_sync_date = now() - interval '80 days'`;
  await db.query(`UPDATE syncs SET ${age} WHERE connection_id = ANY ($1)`, [world.connectionIds]);
  await db.query(`UPDATE syncs SET created_at = now(), last_sync_date = NULL, variant = 'eu' WHERE connection_id = $1`, [
    created,
  ]);
  await db.query('UPDATE syncs SET last_sync_date = now() WHERE connection_id = $1', [succeeded]);
  await db.query(
    `INSERT INTO sync_runs (sync_id, execution_id, type, status, started_at)
     SELECT id, gen_random_uuid(), 'FULL', 'STOPPED', now() - interval '3 days' FROM syncs WHERE connection_id = $1`,
    [tried],
  );
  await db.query(
    `UPDATE sync_schedules SET live_execution_id = gen_random_uuid() WHERE sync_id = (SELECT id FROM syncs WHERE connection_id = $1)`,
    [running],
  );
  await db.query('UPDATE syncs SET last_sync_date = now(), deleted_at = now() WHERE connection_id = $1', [removed]);

  const kept = await scheduler.get(SyncedDatasets).since(daysAgo(60), world.connectionIds);
  const named = kept.map(({ connectionId, model }) => `${connectionId} ${model}`).toSorted();
  const expected = [succeeded, tried, running].flatMap((id) => [`${id} Company`, `${id} Contact`]);
  expect(named).toEqual([...expected, `${created} Company::eu`, `${created} Contact::eu`].toSorted());
  expect(named.join()).not.toContain(`${idle} `);
});
