import { type DynamicModule, Module } from '@nestjs/common';
import { RedisModule } from '#libs/cache';
import { CheckpointsModule } from '#libs/checkpoints';
import { CryptoModule } from '#libs/crypto';
import { databaseOptions, DatabaseModule } from '#libs/database';
import { parseExecutionPublicKey } from '#libs/execution-token';
import { HealthModule, MetricsModule } from '#libs/http';
import { LogsModule, logsOptions } from '#libs/logs';
import { loggerModule } from '#libs/observability';
import { RecordsModule, recordsOptions } from '#libs/records';
import { SyncedDatasets } from '#libs/scheduling';
import { CheckpointsController } from './checkpoints/checkpoints.controller.js';
import { dependencies } from './dependencies.js';
import { EXECUTION_PUBLIC_KEY } from './execution/execution.guard.js';
import { ExecutionTokens } from './execution/execution-tokens.service.js';
import { SettledRuns } from './execution/settled-runs.service.js';
import { Locks } from './locks/locks.service.js';
import { LocksController } from './locks/locks.controller.js';
import { LogsController } from './logs/logs.controller.js';
import type { PersistConfig } from './persist.config.js';
import { BatchMemory } from './records/batch-memory.service.js';
import { DeletionsController } from './records/deletions.controller.js';
import { IdleDatasets } from './records/idle-datasets.service.js';
import { EMPTY_SLICE, RecordsController } from './records/records.controller.js';
import { RETENTION, retentionOptions } from './records/retention-options.js';
import { StalePayloads } from './records/stale-payloads.service.js';

const APPLICATION_NAME = 'fairlead-persist';

@Module({})
export class AppModule {
  /** @param more modules of the process around it, such as telemetry */
  static forRoot(config: PersistConfig, more: readonly DynamicModule[] = []): DynamicModule {
    return {
      module: AppModule,
      imports: [
        loggerModule('persist', config.LOG_LEVEL),
        ...stores(config),
        HealthModule.forRoot(dependencies),
        MetricsModule.forRoot({ token: config.FAIRLEAD_METRICS_TOKEN, isPublic: false }),
        ...more,
      ],
      controllers: [RecordsController, DeletionsController, CheckpointsController, LocksController, LogsController],
      providers: [
        { provide: EXECUTION_PUBLIC_KEY, useValue: parseExecutionPublicKey(config.FAIRLEAD_EXECUTION_PUBLIC_KEY) },
        { provide: EMPTY_SLICE, useValue: config.PERSIST_HARD_DELETE_LIMIT },
        ExecutionTokens,
        SettledRuns,
        Locks,
        BatchMemory,
        { provide: RETENTION, useValue: retentionOptions(config, config.PERSIST_HARD_DELETE_LIMIT) },
        IdleDatasets,
        StalePayloads,
        SyncedDatasets,
      ],
    };
  }
}

const stores = (config: PersistConfig) => [
  DatabaseModule.forRoot(databaseOptions(config, APPLICATION_NAME)),
  RecordsModule.forRoot(recordsOptions(config, APPLICATION_NAME)),
  CryptoModule.forRoot(config),
  RedisModule.forRoot(config.NANGO_REDIS_URL),
  LogsModule.forRoot(logsOptions(config)),
  CheckpointsModule,
];
