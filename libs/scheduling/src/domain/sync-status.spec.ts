import { expect, it } from 'vitest';
import { type RunStatus, type ScheduleState, type SyncState, syncStateOf } from './sync-status.js';

it.each<[ScheduleState, RunStatus | null, SyncState]>([
  ['started', null, 'SUCCESS'],
  ['started', 'RUNNING', 'RUNNING'],
  ['started', 'SUCCESS', 'SUCCESS'],
  ['started', 'STOPPED', 'ERROR'],
  ['paused', null, 'PAUSED'],
  ['paused', 'RUNNING', 'RUNNING'],
  ['paused', 'SUCCESS', 'PAUSED'],
  ['paused', 'STOPPED', 'PAUSED'],
  ['deleted', null, 'STOPPED'],
  ['deleted', 'RUNNING', 'RUNNING'],
  ['deleted', 'SUCCESS', 'STOPPED'],
  ['deleted', 'STOPPED', 'STOPPED'],
])('a %s schedule whose latest run is %s: %s', (schedule, run, state) => {
  expect(syncStateOf(schedule, run)).toBe(state);
});
