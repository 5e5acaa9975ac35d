import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { LeaderLease } from '#libs/database';
import { measure, metricsText } from '#libs/observability';
import type { Installation, Snapshot } from './installation.service.js';
import { InstallationMetrics } from './installation-metrics.service.js';

const SNAPSHOT: Snapshot = {
  backlogs: [
    {
      kind: 'sync',
      waiting: 12,
      running: 3,
      oldestMs: 4_500,
      environments: [{ environmentId: 7, waiting: 12, running: 3, first: undefined }],
    },
  ],
  queues: new Map([['sync', { waiting: 1, active: 2, delayed: 0 }]]),
  workers: new Map([['jobs', 0]]),
  schedules: { count: 5, oldestMs: 250 },
  deliveries: { count: 2, oldestMs: 60_000 },
};

const look = vi.fn<Installation['look']>();
const hold = vi.fn<LeaderLease['hold']>();
const release = vi.fn<LeaderLease['release']>();
let metrics: InstallationMetrics;
let end: () => Promise<void>;

beforeEach(async () => {
  look.mockReset().mockResolvedValue(SNAPSHOT);
  hold.mockReset().mockResolvedValue(true);
  release.mockReset().mockResolvedValue();
  end = await measure();
  metrics = new InstallationMetrics({ hold, release } as unknown as LeaderLease, { look } as unknown as Installation, 20);
  metrics.onApplicationBootstrap();
});
afterEach(async () => {
  await metrics.beforeApplicationShutdown();
  await end();
  vi.useRealTimers();
});

const installation = async () =>
  (await metricsText())
    ?.split('\n')
    .filter((line) => /^fairlead_(executions|env|queues|workers|schedules|deliveries)/.test(line));

it('tells what waits and runs, in the units of the names', async () => {
  expect(await installation()).toEqual(
    expect.arrayContaining([
      'fairlead_executions_waiting{kind="sync"} 12',
      'fairlead_executions_running{kind="sync"} 3',
      'fairlead_executions_oldest_ready_age_seconds{kind="sync"} 4.5',
      'fairlead_environments_waiting{kind="sync",environment="7"} 12',
      'fairlead_environments_running{kind="sync",environment="7"} 3',
      'fairlead_queues_jobs{queue="sync",state="active"} 2',
      'fairlead_workers_alive{kind="jobs"} 0',
      'fairlead_schedules_overdue 5',
      'fairlead_schedules_oldest_overdue_age_seconds 0.25',
      'fairlead_deliveries_pending 2',
      'fairlead_deliveries_oldest_pending_age_seconds 60',
    ]),
  );
  expect(look).toHaveBeenCalledWith(20);
});

it('is silent, and looks at nothing, where another replica tells', async () => {
  hold.mockResolvedValue(false);
  expect(await installation()).toEqual([]);
  expect(look).not.toHaveBeenCalled();
});

it('stops to tell when another replica has taken over, and begins again', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  await installation();
  hold.mockResolvedValue(false);
  vi.setSystemTime(Date.now() + 6_000);
  expect(await installation()).toEqual([]);
  hold.mockResolvedValue(true);
  vi.setSystemTime(Date.now() + 6_000);
  expect(await installation()).not.toEqual([]);
});

it('shares one look between all who ask within seconds', async () => {
  await Promise.all([installation(), installation()]);
  await installation();
  expect(look).toHaveBeenCalledTimes(1);
});

it('leaves out what it cannot look up, and says so', async () => {
  look.mockRejectedValue(new Error('Redis is away'));
  expect(await installation()).toEqual([]);
  expect(await metricsText()).toMatch(/^fairlead_metrics_failed_total\{source="installation"\} [1-9]/m);
});

it('hands the lease on when it stops, if it has it', async () => {
  await installation();
  await metrics.beforeApplicationShutdown();
  expect(release).toHaveBeenCalledWith('metrics');
  expect(await installation()).toEqual([]);
});

it('hands nothing on that it does not have', async () => {
  hold.mockResolvedValue(false);
  await installation();
  await metrics.beforeApplicationShutdown();
  expect(release).not.toHaveBeenCalled();
});
