import { availableParallelism } from 'node:os';
import { type DynamicModule, Module, type OnApplicationShutdown } from '@nestjs/common';
import { parseExecutionPublicKey } from '#libs/execution-token';
import { HealthModule, MetricsModule } from '#libs/http';
import { AppError } from '#libs/kernel';
import { loggerModule } from '#libs/observability';
import { Bundles } from './executions/bundles.js';
import { CallerConnections } from './executions/caller-connections.service.js';
import { Callers, EXECUTION_PUBLIC_KEY } from './executions/callers.service.js';
import { Executions, EXECUTIONS_OPTIONS } from './executions/executions.service.js';
import { type PoolOptions, SandboxPool } from './hosts/sandbox-pool.js';
import type { RunnerConfig } from './runner.config.js';
import { ProviderHttp } from './sdk/provider-http.js';
import { RateLimits } from './sdk/rate-limits.js';
import { Services } from './sdk/run-context.js';
import { ServiceClient } from './sdk/service-client.js';

const MB = 1024 ** 2;
/** An action that a run waits for holds a connection, up to its own longest time; asked twice it would run twice. */
const INVOCATIONS = { connections: 1_024, attempts: 1, answerMs: 16 * 60_000 };

@Module({})
export class AppModule implements OnApplicationShutdown {
  constructor(private readonly services: Services) {}

  static forRoot(config: RunnerConfig, telemetry: DynamicModule[]): DynamicModule {
    const pool = poolOptions(config);
    return {
      module: AppModule,
      imports: [
        loggerModule('runner', config.LOG_LEVEL),
        HealthModule.forRoot([{ name: 'sandbox', check: sandboxIsReady }]),
        MetricsModule.forRoot({ token: config.FAIRLEAD_METRICS_TOKEN, isPublic: false }),
        ...telemetry,
      ],
      providers: [
        Executions,
        Bundles,
        Callers,
        CallerConnections,
        { provide: SandboxPool, useFactory: () => new SandboxPool(pool) },
        {
          provide: EXECUTIONS_OPTIONS,
          useValue: { spinMs: config.FAIRLEAD_RUNNER_SPIN_MS, drainMs: config.FAIRLEAD_RUNNER_DRAIN_MS },
        },
        { provide: Services, useFactory: () => connectServices(config) },
        { provide: EXECUTION_PUBLIC_KEY, useFactory: () => parseExecutionPublicKey(config.FAIRLEAD_EXECUTION_PUBLIC_KEY) },
      ],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.services.close();
  }
}

const poolOptions = (config: RunnerConfig): PoolOptions => ({
  processes: config.FAIRLEAD_RUNNER_CHILDREN ?? availableParallelism(),
  spares: config.FAIRLEAD_RUNNER_SPARES,
  concurrency: config.FAIRLEAD_RUNNER_CHILD_CONCURRENCY,
  memoryBytes: config.FAIRLEAD_RUNNER_CHILD_MEMORY_MB * MB,
  isolates: config.FAIRLEAD_RUNNER_CHILD_RUNS,
  namespaces: config.FAIRLEAD_RUNNER_NAMESPACES,
  child: {
    ahead: config.FAIRLEAD_RUNNER_PREPARED,
    memoryMb: config.FAIRLEAD_RUNNER_PREPARED_MEMORY_MB,
    snapshotBytes: config.FAIRLEAD_RUNNER_SNAPSHOT_MB * MB,
    warm: {
      instances: config.FAIRLEAD_RUNNER_WARM_INSTANCES,
      runs: config.FAIRLEAD_RUNNER_WARM_RUNS,
      ageMs: config.FAIRLEAD_RUNNER_WARM_AGE_MS,
      idleMs: config.FAIRLEAD_RUNNER_WARM_IDLE_MS,
    },
  },
});

const connectServices = (config: RunnerConfig): Services =>
  new Services(
    new ServiceClient(config.PERSIST_SERVICE_URL, 'persist'),
    new ServiceClient(config.SERVER_SERVICE_URL, 'server'),
    new ProviderHttp(config),
    new RateLimits(config.SERVER_SERVICE_URL),
    new ServiceClient(config.SERVER_SERVICE_URL, 'server', INVOCATIONS),
    config.RUNNER_HTTP_LOG_SAMPLE_PCT,
  );

const sandboxIsReady = async (modules: {
  get(type: typeof SandboxPool, options: { strict: false }): SandboxPool;
}): Promise<void> => {
  if (!modules.get(SandboxPool, { strict: false }).isReady)
    throw new AppError('function_runtime_other', 'no sandbox process is running');
};
