import { type RunningApp, startHttpApp } from '#libs/http';
import { loadConfig } from '#libs/kernel';
import { startTelemetry } from '#libs/observability';
import { AppModule } from './app.module.js';
import { registerHttpEdge } from './http-edge.js';
import { serveOpenApi } from './openapi.js';
import { serverConfig } from './server.config.js';

/** Starts the public API. @throws ConfigError naming every wrong variable */
export async function bootstrap(env: NodeJS.ProcessEnv): Promise<RunningApp> {
  const config = loadConfig(serverConfig, env);
  const telemetry = await startTelemetry('server', config.OTEL_EXPORTER_OTLP_ENDPOINT);
  const running = await startHttpApp(AppModule.forRoot(config, telemetry.modules), {
    host: config.FAIRLEAD_HOST,
    port: config.SERVER_PORT,
    bodyLimitBytes: config.NANGO_SERVER_PUBLIC_BODY_LIMIT,
    streamedPrefixes: ['/proxy'],
    shutdownDelayMs: config.SERVER_SHUTDOWN_DELAY_MS,
    configure: (app) => {
      registerHttpEdge(app);
      serveOpenApi(app, config.NANGO_SERVER_URL);
    },
  });
  return { ...running, close: () => running.close().then(() => telemetry.shutdown()) };
}
