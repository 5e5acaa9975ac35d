import { type RunningApp, startHttpApp } from '#libs/http';
import { loadConfig } from '#libs/kernel';
import { startTelemetry } from '#libs/observability';
import { AppModule } from './app.module.js';
import { runnerConfig } from './runner.config.js';

/** Inputs of an action are bounded by the API; the lease and the token are small. */
const BODY_LIMIT_BYTES = 100 * 1024 ** 2;

/** Starts the runner. @throws ConfigError naming every wrong variable */
export async function bootstrap(env: NodeJS.ProcessEnv): Promise<RunningApp> {
  const config = loadConfig(runnerConfig, env);
  const telemetry = await startTelemetry('runner', config.OTEL_EXPORTER_OTLP_ENDPOINT);
  const running = await startHttpApp(AppModule.forRoot(config, telemetry.modules), {
    host: config.FAIRLEAD_HOST,
    port: config.NANGO_RUNNER_PORT,
    bodyLimitBytes: BODY_LIMIT_BYTES,
    shutdownDelayMs: config.SERVER_SHUTDOWN_DELAY_MS,
  });
  return { ...running, close: () => running.close().then(() => telemetry.shutdown()) };
}
