import { type RunningApp, startHttpApp } from '#libs/http';
import { loadConfig } from '#libs/kernel';
import { startTelemetry } from '#libs/observability';
import { AppModule } from './app.module.js';
import { persistConfig } from './persist.config.js';

/** A batch of records may be large (spec/functions.md §4.2). */
const BODY_LIMIT_BYTES = 100 * 1024 * 1024;

/** Starts persist, the runner's only way to write. @throws ConfigError naming every wrong variable */
export async function bootstrap(env: NodeJS.ProcessEnv): Promise<RunningApp> {
  const config = loadConfig(persistConfig, env);
  const telemetry = await startTelemetry('persist', config.OTEL_EXPORTER_OTLP_ENDPOINT);
  const running = await startHttpApp(AppModule.forRoot(config, telemetry.modules), {
    host: config.FAIRLEAD_HOST,
    port: config.NANGO_PERSIST_PORT,
    bodyLimitBytes: BODY_LIMIT_BYTES,
    shutdownDelayMs: config.SERVER_SHUTDOWN_DELAY_MS,
  });
  return { ...running, close: () => running.close().then(() => telemetry.shutdown()) };
}
