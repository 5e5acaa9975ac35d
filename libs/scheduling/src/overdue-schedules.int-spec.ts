import { afterAll, beforeAll, expect, it } from 'vitest';
import { measure, metricsText } from '#libs/observability';
import { Schedules } from './schedules.service.js';
import { type Scheduler, startScheduler } from './test-scheduling.js';

const LATE = `UPDATE sync_schedules SET state = 'started', next_run_at = now() - interval '90 seconds'`;
let scheduler: Scheduler;
let schedules: Schedules;
let end: () => Promise<void>;

beforeAll(async () => {
  end = await measure();
  scheduler = await startScheduler();
  schedules = scheduler.get(Schedules);
  await scheduler.world({ connections: 3 });
  await scheduler.db.query(`UPDATE sync_schedules SET next_run_at = now() + interval '1 day'`);
});
afterAll(async () => {
  await scheduler?.close();
  await end();
});

it('tells what is due and since when, and how late it was accepted', async () => {
  expect(await schedules.overdue(10)).toEqual({ count: 0, oldestMs: 0 });
  await scheduler.db.query(LATE);
  const overdue = await schedules.overdue(10);
  expect(overdue.count).toBe(3);
  expect(overdue.oldestMs).toBeGreaterThanOrEqual(90_000);
  expect((await schedules.overdue(2)).count).toBe(2);
  expect(await schedules.poll(10)).toBe(3);
  expect(await schedules.overdue(10)).toEqual({ count: 0, oldestMs: 0 });
  const text = await metricsText();
  expect(text).toContain('fairlead_schedules_lateness_seconds_count 3');
  expect(text).toContain('fairlead_schedules_lateness_seconds_bucket{le="60"} 0');
  expect(text).toContain('fairlead_schedules_lateness_seconds_bucket{le="300"} 3');
});
