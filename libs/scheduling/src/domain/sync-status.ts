export type ScheduleState = 'started' | 'paused' | 'deleted';
export type RunStatus = 'RUNNING' | 'SUCCESS' | 'STOPPED';
export type SyncState = 'RUNNING' | 'SUCCESS' | 'ERROR' | 'PAUSED' | 'STOPPED';

/** A sync's status from its schedule and its latest run (spec/engine.md §2.6). */
export function syncStateOf(schedule: ScheduleState, latestRun: RunStatus | null): SyncState {
  if (latestRun === 'RUNNING') return 'RUNNING';
  if (schedule === 'paused') return 'PAUSED';
  if (schedule === 'deleted') return 'STOPPED';
  return latestRun === 'STOPPED' ? 'ERROR' : 'SUCCESS';
}
