import { metrics } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { counter, gauges, histogram } from '#libs/metrics';
import { measure, metricsText } from './measuring.js';

let end: () => Promise<void>;
beforeEach(async () => {
  end = await measure();
});
afterEach(() => end());

const lines = async (start: string) => (await metricsText())?.split('\n').filter((line) => line.startsWith(start));

describe('metrics as text', () => {
  it('count what happens, with labels and a name that tells their kind', async () => {
    const ended = counter('fairlead.jobs.ended');
    ended.add({ job: 'sync.run', outcome: 'done' });
    ended.add({ job: 'sync.run', outcome: 'done' }, 2);
    ended.add({ job: 'sync.run', outcome: 'lost' }, 0);
    expect(await lines('fairlead_jobs')).toEqual(['fairlead_jobs_ended_total{job="sync.run",outcome="done"} 3']);
    expect(await lines('# TYPE fairlead_jobs')).toEqual(['# TYPE fairlead_jobs_ended_total counter']);
    expect(await lines('# HELP fairlead_jobs')).toEqual([
      expect.stringMatching(/^# HELP fairlead_jobs_ended_total Jobs of the queues/),
    ]);
  });

  it('sort times into the buckets of the catalogue, a negative one as none', async () => {
    const lateness = histogram('fairlead.schedules.lateness');
    lateness.record({}, -5);
    lateness.record({}, 0.3);
    expect(await lines('fairlead_schedules_lateness_seconds_count')).toEqual(['fairlead_schedules_lateness_seconds_count 2']);
    expect(await lines('fairlead_schedules_lateness_seconds_bucket{le="0.25"}')).toEqual([
      'fairlead_schedules_lateness_seconds_bucket{le="0.25"} 1',
    ]);
    expect(await lines('fairlead_schedules_lateness_seconds_bucket{le="0.5"}')).toEqual([
      'fairlead_schedules_lateness_seconds_bucket{le="0.5"} 2',
    ]);
  });

  it('forget a series that is not reported any more', async () => {
    let environments = ['1', '2'];
    const stop = gauges('test', ['fairlead.environments.waiting'], (report) => {
      for (const environment of environments) report('fairlead.environments.waiting', { kind: 'sync', environment }, 7);
    });
    expect(await lines('fairlead_environments_waiting')).toHaveLength(2);
    environments = ['2'];
    expect(await lines('fairlead_environments_waiting')).toEqual([
      'fairlead_environments_waiting{kind="sync",environment="2"} 7',
    ]);
    stop();
    expect(await lines('fairlead_environments_waiting')).toEqual([]);
  });

  it('go on without what cannot be looked up, and count that', async () => {
    const stop = gauges('broken', ['fairlead.schedules.overdue'], () => Promise.reject(new Error('the database is away')));
    await metricsText();
    expect(await lines('fairlead_metrics_failed_total{source="broken"}')).toEqual([
      expect.stringMatching(/^fairlead_metrics_failed_total\{source="broken"\} [1-9]/),
    ]);
    expect(await lines('fairlead_schedules_overdue')).toEqual([]);
    stop();
  });

  it('tell what the process costs', async () => {
    const [memory] = (await lines('fairlead_process_resident_memory_bytes')) ?? [];
    expect(Number(memory?.split(' ')[1])).toBeGreaterThan(1_000_000);
    expect(await lines('fairlead_process_cpu_time_seconds_total')).toHaveLength(1);
    expect(await lines('fairlead_process_event_loop_delay_seconds{quantile="0.99"}')).toHaveLength(1);
  });

  it('are told to the process’s own provider too, which pushes them', async () => {
    const added: unknown[] = [];
    const pushed = { createCounter: () => ({ add: (value: number, labels: object) => void added.push([value, labels]) }) };
    metrics.setGlobalMeterProvider({ getMeter: () => pushed } as never);
    counter('fairlead.runner.refused').add({});
    metrics.disable();
    expect(added).toEqual([[1, {}]]);
    expect(await lines('fairlead_runner_refused_total')).toEqual(['fairlead_runner_refused_total 1']);
  });
});

it('are not to be had before and after', async () => {
  await end();
  expect(await metricsText()).toBeUndefined();
  end = await measure();
});
