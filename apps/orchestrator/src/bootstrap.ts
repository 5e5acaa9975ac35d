import { type RunningApp, startHttpApp } from '#libs/http';
import { loadConfig } from '#libs/kernel';
import { startTelemetry } from '#libs/observability';
import { AppModule } from './app.module.js';
import { orchestratorConfig } from './orchestrator.config.js';

const BODY_LIMIT_BYTES = 1024 * 1024;

/** Starts the orchestrator: schedules, admission, sweeps and the queue board. @throws ConfigError naming every wrong variable */
export async function bootstrap(env: NodeJS.ProcessEnv): Promise<RunningApp> {
  const config = loadConfig(orchestratorConfig, env);
  const telemetry = await startTelemetry('orchestrator', config.OTEL_EXPORTER_OTLP_ENDPOINT);
  const running = await startHttpApp(AppModule.forRoot(config, telemetry.modules), {
    host: config.FAIRLEAD_HOST,
    port: config.NANGO_ORCHESTRATOR_PORT,
    bodyLimitBytes: BODY_LIMIT_BYTES,
    shutdownDelayMs: config.SERVER_SHUTDOWN_DELAY_MS,
  });
  return { ...running, close: () => running.close().then(() => telemetry.shutdown()) };
}
