import { Global, Module } from '@nestjs/common';
import { CheckpointsModule } from '#libs/checkpoints';
import { RemovedSyncs } from './removed-syncs.service.js';
import { RunEndings } from './run-endings.js';
import { SchedulesRepository } from './schedules.repository.js';
import { Schedules } from './schedules.service.js';
import { SyncCommands } from './sync-commands.service.js';
import { SyncRunsRepository } from './sync-runs.repository.js';
import { SyncRuns } from './sync-runs.service.js';
import { SyncStatuses } from './sync-statuses.service.js';
import { SyncTriggers } from './sync-triggers.service.js';
import { SyncsRepository } from './syncs.repository.js';
import { SyncedDatasets } from './synced-datasets.service.js';
import { Syncs } from './syncs.service.js';

/** Provides the door's services; needs `FunctionsModule`, `ExecutionsModule`, `DeliveriesModule`, `AccountsModule`, `LogsModule`. */
@Global()
@Module({
  imports: [CheckpointsModule],
  providers: [
    RemovedSyncs,
    RunEndings,
    Schedules,
    SchedulesRepository,
    SyncCommands,
    SyncRuns,
    SyncRunsRepository,
    SyncStatuses,
    SyncTriggers,
    SyncedDatasets,
    Syncs,
    SyncsRepository,
  ],
  exports: [RemovedSyncs, Schedules, SyncCommands, SyncRuns, SyncStatuses, SyncTriggers, SyncedDatasets, Syncs],
})
export class SchedulingModule {}
