import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { AccountsModule } from '#libs/accounts';
import { AuthModule } from '#libs/auth';
import { AuthWebhooksModule } from '#libs/auth-webhooks';
import { RedisModule } from '#libs/cache';
import { CheckpointsModule } from '#libs/checkpoints';
import { RunnerClient } from '#libs/clients';
import { CredentialsModule, keeperSetup } from '#libs/credentials';
import { CryptoModule } from '#libs/crypto';
import { databaseOptions, DatabaseModule } from '#libs/database';
import { DeliveriesModule } from '#libs/deliveries';
import { CallerTokens, parseExecutionPrivateKey } from '#libs/execution-token';
import { AsyncActionsModule, ExecutionsModule, executionsOptions } from '#libs/executions';
import { FunctionJobsModule } from '#libs/function-jobs';
import { FunctionsModule } from '#libs/functions';
import { HealthModule, MetricsModule } from '#libs/http';
import { LogsModule, logsOptions } from '#libs/logs';
import { loggerModule } from '#libs/observability';
import { OnEventsModule } from '#libs/on-events';
import { parseOutboundPolicy } from '#libs/outbound';
import { ProvidersModule, providersOptions } from '#libs/providers';
import { credentialTester, ProxyModule, ProxyTransport } from '#libs/proxy';
import { QueuesModule, WorkersModule } from '#libs/queues';
import { SchedulingModule } from '#libs/scheduling';
import { StorageModule, storageOptions } from '#libs/storage';
import { ActionProcessor } from './actions/action.processor.js';
import { AsyncActionProcessor } from './actions/async-action.processor.js';
import { CheckedRuns } from './actions/checked-runs.service.js';
import { ConnectionRefreshProcessor } from './connections/connection-refresh.processor.js';
import { DeliveryProcessor } from './deliveries/delivery.processor.js';
import { dependencies } from './dependencies.js';
import { DryRunProcessor } from './dry-runs/dry-run.processor.js';
import type { JobsConfig } from './jobs.config.js';
import { ObjectsController } from './objects/objects.controller.js';
import { OnEventProcessor } from './on-events/on-event.processor.js';
import { Bundles, SERVICE_URL } from './runs/bundles.service.js';
import { EnvironmentReader } from './runs/environment-facts.service.js';
import { parsePatterns, parseSizes } from './runs/domain/function-patterns.js';
import { RUN_REQUESTS_OPTIONS, RunRequests, type RunRequestsOptions } from './runs/run-requests.service.js';
import { Runs, RUNS_OPTIONS, type RunsOptions } from './runs/runs.service.js';
import { SchemaChecks } from './schemas/schema-checks.service.js';
import { SYNC_RUN_MS, SyncProcessor } from './syncs/sync.processor.js';
import { Claims } from './workers/claims.service.js';
import { WorkerHeartbeat } from './workers/worker-heartbeat.service.js';

/** Memory of a function by the name of its size, in MB. */
const SIZE_CLASSES = { small: 128, medium: 512, large: 1024 };

@Module({})
export class AppModule implements OnApplicationShutdown {
  constructor(@Inject(RunnerClient) private readonly runner: RunnerClient) {}

  /** @param more modules of the process around it, such as telemetry */
  static forRoot(config: JobsConfig, more: readonly DynamicModule[] = []): DynamicModule {
    const privateKey = parseExecutionPrivateKey(config.FAIRLEAD_EXECUTION_PRIVATE_KEY);
    const requests: RunRequestsOptions = { privateKey, actionOutputBytes: config.FAIRLEAD_ACTION_OUTPUT_MAX_BYTES };
    const options: RunsOptions = {
      memoryMb: config.FAIRLEAD_FUNCTION_MEMORY_MB,
      sizes: parseSizes(config.FAIRLEAD_FUNCTION_SIZES, SIZE_CLASSES),
      warm: parsePatterns(config.FAIRLEAD_WARM_FUNCTIONS),
    };
    return {
      module: AppModule,
      imports: [
        loggerModule('jobs', config.LOG_LEVEL),
        ...stores(config),
        ...capabilities(config),
        WorkersModule.forRoot({ concurrency: config.JOBS_PROCESSOR_CONFIG, graceMs: config.FAIRLEAD_JOBS_GRACE_MS }),
        HealthModule.forRoot(dependencies),
        MetricsModule.forRoot({ token: config.FAIRLEAD_METRICS_TOKEN, isPublic: false }),
        ...more,
      ],
      controllers: [ObjectsController],
      providers: [
        { provide: RunnerClient, useValue: new RunnerClient(config.RUNNER_SERVICE_URL, new CallerTokens(privateKey)) },
        { provide: SERVICE_URL, useValue: config.JOBS_SERVICE_URL },
        { provide: RUN_REQUESTS_OPTIONS, useValue: requests },
        { provide: RUNS_OPTIONS, useValue: options },
        { provide: SYNC_RUN_MS, useValue: config.FAIRLEAD_SYNC_RUN_MS },
        ...processors,
        ...services,
      ],
    };
  }

  onApplicationShutdown(): void {
    this.runner.close();
  }
}

const processors = [
  ActionProcessor,
  AsyncActionProcessor,
  ConnectionRefreshProcessor,
  DeliveryProcessor,
  DryRunProcessor,
  OnEventProcessor,
  SyncProcessor,
];
const services = [Bundles, CheckedRuns, Claims, EnvironmentReader, RunRequests, Runs, SchemaChecks, WorkerHeartbeat];

const stores = (config: JobsConfig) => [
  DatabaseModule.forRoot(databaseOptions(config, 'fairlead-jobs')),
  CryptoModule.forRoot(config),
  RedisModule.forRoot(config.NANGO_REDIS_URL),
  StorageModule.forRoot(storageOptions(config)),
];

const capabilities = (config: JobsConfig) => [
  AccountsModule,
  LogsModule.forRoot(logsOptions(config)),
  ProvidersModule.forRoot(providersOptions(config)),
  AuthModule.forRoot(config),
  ProxyModule.forRoot(config),
  CredentialsModule.forRoot({
    credentialTest: { inject: [ProxyTransport], useFactory: credentialTester },
    keeper: keeperSetup(config),
  }),
  QueuesModule.forRoot(),
  FunctionsModule,
  FunctionJobsModule.forRoot({ sweeps: false }),
  CheckpointsModule,
  ExecutionsModule.forRoot(executionsOptions(config)),
  DeliveriesModule.forRoot({ timeoutMs: config.NANGO_WEBHOOK_TIMEOUT_MS, policy: parseOutboundPolicy(config) }),
  AuthWebhooksModule,
  AsyncActionsModule,
  OnEventsModule,
  SchedulingModule,
];
