/** Syncs, their schedules and their runs (spec/engine.md §1.3, §1.10, §2). */
export { BASE_VARIANT, datasetOf } from './domain/checkpoint-keys.js';
export { type Frequency, parseFrequency } from './domain/frequency.js';
export { type RemovedSync, RemovedSyncs } from './removed-syncs.service.js';
export { Schedules } from './schedules.service.js';
export { SchedulingModule } from './scheduling.module.js';
export { SyncCommands } from './sync-commands.service.js';
export { SyncRuns } from './sync-runs.service.js';
export { SyncStatuses } from './sync-statuses.service.js';
export { SyncTriggers } from './sync-triggers.service.js';
export { type SyncedDataset, SyncedDatasets } from './synced-datasets.service.js';
export { type SyncFunction, Syncs } from './syncs.service.js';
export type {
  FinishOptions,
  RunType,
  StartedRun,
  SyncRef,
  SyncScope,
  SyncStatus,
  SyncTarget,
  Triggered,
  TriggerOptions,
} from './syncs.types.js';
