import type { DynamicModule } from '@nestjs/common';
import { startTelemetry, type Telemetry } from '#libs/observability';
import { type HttpAppOptions, type RunningApp, startHttpApp } from './http-app.js';

/** What every service's configuration holds (`httpEnv`, `observabilityEnv`). */
interface ServiceConfig {
  readonly FAIRLEAD_HOST: string;
  readonly SERVER_SHUTDOWN_DELAY_MS: number;
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined;
  readonly FAIRLEAD_METRICS: boolean;
}

/**
 * Starts one service: telemetry where it is configured, then the app that `compose` makes with its modules.
 * @param name of the service, as its log and its traces show it
 */
export async function startService(
  name: string,
  config: ServiceConfig,
  compose: (more: DynamicModule[]) => DynamicModule,
  options: Omit<HttpAppOptions, 'host' | 'shutdownDelayMs'>,
): Promise<RunningApp> {
  const telemetry = await startTelemetry(name, {
    endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
    isScraped: config.FAIRLEAD_METRICS,
  });
  const running = await startHttpApp(compose(telemetry.modules), {
    ...options,
    host: config.FAIRLEAD_HOST,
    shutdownDelayMs: config.SERVER_SHUTDOWN_DELAY_MS,
    prepare: (fastify) => telemetry.instrument(fastify),
    ...(options.front ? { front: tracedFront(options.front, telemetry) } : {}),
  });
  return { ...running, close: () => running.close().then(() => telemetry.shutdown()) };
}

const tracedFront =
  (front: NonNullable<HttpAppOptions['front']>, telemetry: Telemetry): NonNullable<HttpAppOptions['front']> =>
  (app) => {
    const route = front(app);
    const handle = telemetry.traced(route.prefix, (request, response) => route.handle(request, response));
    return { prefix: route.prefix, handle };
  };
