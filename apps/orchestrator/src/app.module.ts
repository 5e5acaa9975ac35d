import { type DynamicModule, Module } from '@nestjs/common';
import { AccountsModule } from '#libs/accounts';
import { RedisModule } from '#libs/cache';
import { CheckpointsModule } from '#libs/checkpoints';
import { ConnectUpkeep } from '#libs/connect';
import { ConnectionUpkeep } from '#libs/credentials';
import { CryptoModule } from '#libs/crypto';
import { databaseOptions, DatabaseModule, LeaderLease } from '#libs/database';
import { DeliveriesModule } from '#libs/deliveries';
import { AsyncActionsModule, Backlog, ExecutionsModule, executionsOptions } from '#libs/executions';
import { FunctionsModule } from '#libs/functions';
import { HealthModule, MetricsModule } from '#libs/http';
import { LogsModule, logsOptions } from '#libs/logs';
import { loggerModule } from '#libs/observability';
import { OnEventsModule } from '#libs/on-events';
import { parseOutboundPolicy } from '#libs/outbound';
import { BoardModule, QueuesModule } from '#libs/queues';
import { SchedulingModule } from '#libs/scheduling';
import { StorageModule, storageOptions } from '#libs/storage';
import { dependencies } from './dependencies.js';
import { Pump } from './dispatch/pump.service.js';
import { Installation } from './metrics/installation.service.js';
import { InstallationMetrics, METRICS_ENVIRONMENTS } from './metrics/installation-metrics.service.js';
import type { OrchestratorConfig } from './orchestrator.config.js';
import { SchedulePoller } from './schedules/schedule-poller.service.js';
import { LeaderSteps } from './sweeps/leader-steps.service.js';
import { OverdueExecutions } from './sweeps/overdue-executions.service.js';
import { CONNECTION_SWEEP_OPTIONS, ConnectionSweep, type ConnectionSweepOptions } from './sweeps/connection-sweep.service.js';
import { CodeRetention, UNUSED_CODE_DAYS } from './sweeps/code-retention.service.js';
import { DELETED_CONNECTIONS_DAYS, DeletedConnections } from './sweeps/deleted-connections.service.js';
import { FUNCTION_VERSIONS_KEPT, History } from './sweeps/history.service.js';
import { EXECUTIONS_RETENTION_DAYS, Retention } from './sweeps/retention.service.js';
import { Sweeper } from './sweeps/sweeper.service.js';

@Module({})
export class AppModule {
  /** @param more modules of the process around it, such as telemetry */
  static forRoot(config: OrchestratorConfig, more: readonly DynamicModule[] = []): DynamicModule {
    return {
      module: AppModule,
      imports: [
        loggerModule('orchestrator', config.LOG_LEVEL),
        ...stores(config),
        ...capabilities(config),
        BoardModule.forRoot({ username: config.FAIRLEAD_OPERATOR_USERNAME, password: config.FAIRLEAD_OPERATOR_PASSWORD }),
        HealthModule.forRoot(dependencies),
        MetricsModule.forRoot({ token: config.FAIRLEAD_METRICS_TOKEN, isPublic: false }),
        ...more,
      ],
      providers: [
        { provide: METRICS_ENVIRONMENTS, useValue: config.FAIRLEAD_METRICS_ENVIRONMENTS },
        { provide: EXECUTIONS_RETENTION_DAYS, useValue: config.FAIRLEAD_EXECUTIONS_RETENTION_DAYS },
        {
          provide: CONNECTION_SWEEP_OPTIONS,
          useValue: {
            everyMinutes: config.CRON_REFRESH_CONNECTIONS_EVERY_MIN,
            atOnce: config.CRON_REFRESH_CONNECTIONS_LIMIT,
          } satisfies ConnectionSweepOptions,
        },
        { provide: FUNCTION_VERSIONS_KEPT, useValue: config.FAIRLEAD_FUNCTION_VERSIONS_KEPT },
        { provide: UNUSED_CODE_DAYS, useValue: config.FAIRLEAD_UNUSED_CODE_DAYS },
        { provide: DELETED_CONNECTIONS_DAYS, useValue: config.CRON_DELETE_OLD_CONNECTIONS_MAX_DAYS },
        ConnectionSweep,
        ConnectionUpkeep,
        ConnectUpkeep,
        Backlog,
        CodeRetention,
        DeletedConnections,
        Installation,
        InstallationMetrics,
        LeaderLease,
        LeaderSteps,
        OverdueExecutions,
        Pump,
        History,
        Retention,
        SchedulePoller,
        Sweeper,
      ],
    };
  }
}

const stores = (config: OrchestratorConfig) => [
  DatabaseModule.forRoot(databaseOptions(config, 'fairlead-orchestrator')),
  CryptoModule.forRoot(config),
  RedisModule.forRoot(config.NANGO_REDIS_URL),
  StorageModule.forRoot(storageOptions(config)),
];

const capabilities = (config: OrchestratorConfig) => [
  AccountsModule,
  LogsModule.forRoot(logsOptions(config)),
  QueuesModule.forRoot(),
  FunctionsModule,
  CheckpointsModule,
  ExecutionsModule.forRoot(executionsOptions(config)),
  DeliveriesModule.forRoot({ timeoutMs: config.NANGO_WEBHOOK_TIMEOUT_MS, policy: parseOutboundPolicy(config) }),
  AsyncActionsModule,
  OnEventsModule,
  SchedulingModule,
];
