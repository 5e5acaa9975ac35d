import { expect, it } from 'vitest';
import { METRICS } from '../catalogue.js';
import { prometheusName } from './prometheus-name.js';

it.each([
  ['fairlead.jobs.ended', { type: 'counter' }, 'fairlead_jobs_ended_total'],
  ['fairlead.process.cpu_time', { type: 'counter', unit: 's' }, 'fairlead_process_cpu_time_seconds_total'],
  ['fairlead.executions.waited', { type: 'histogram', unit: 's' }, 'fairlead_executions_waited_seconds'],
  ['fairlead.process.resident_memory', { type: 'gauge', unit: 'By' }, 'fairlead_process_resident_memory_bytes'],
  ['fairlead.executions.waiting', { type: 'gauge' }, 'fairlead_executions_waiting'],
] as const)('%s is asked for by its unit and type', (name, metric, expected) => {
  expect(prometheusName(name, metric)).toBe(expected);
});

it('no two metrics have one name', () => {
  const names = Object.entries(METRICS).map(([name, metric]) => prometheusName(name, metric));
  expect(new Set(names).size).toBe(names.length);
});
