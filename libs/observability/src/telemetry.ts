import type { DynamicModule } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { measure } from './measuring.js';
import { type HttpListener, traced } from './traced.js';

export interface Telemetry {
  /** Nest modules to import; none while OpenTelemetry is off. */
  readonly modules: DynamicModule[];
  /** Makes a span of every request a server answers; before its routes are registered. */
  instrument(fastify: FastifyInstance): Promise<void>;
  /** Makes a span of every request a listener answers that no framework stands before. @param route as the span is named */
  traced(route: string, listener: HttpListener): HttpListener;
  shutdown(): Promise<void>;
}

interface Sdk {
  shutdown(): Promise<void>;
}

const UNTRACED: Omit<Telemetry, 'shutdown'> = {
  modules: [],
  instrument: () => Promise.resolve(),
  traced: (_route, listener) => listener,
};

export interface TelemetryOptions {
  /** Where traces and metrics are pushed to (OTLP). Exporter settings are the standard `OTEL_*` variables, which the SDK reads itself. */
  readonly endpoint: string | undefined;
  /** Whether metrics can be asked for (`metricsText`). */
  readonly isScraped: boolean;
}

const pushing = shared(startSdk);
const measuring = shared(async () => ({ shutdown: await measure() }));

/**
 * Starts what of OpenTelemetry is configured. The SDK is loaded only then: it costs memory and start time.
 * @param service names the process in traces, unless `OTEL_SERVICE_NAME` does
 */
export async function startTelemetry(service: string, { endpoint, isScraped }: TelemetryOptions): Promise<Telemetry> {
  const leaves = [...(endpoint ? [await pushing(service)] : []), ...(isScraped ? [await measuring(service)] : [])];
  const shutdown = async () => {
    for (const leave of leaves) await leave();
  };
  if (!endpoint) return { ...UNTRACED, shutdown };
  const { OpenTelemetryModule } = await import('nestjs-otel');
  return { modules: [OpenTelemetryModule.forRoot({ metrics: { hostMetrics: false } })], instrument, traced, shutdown };
}

/** One of a kind a process: services that share a process share it, and the last one to stop ends it. Answers what each calls at its end. */
function shared(start: (service: string) => Promise<Sdk>): (service: string) => Promise<() => Promise<void>> {
  let running: Promise<Sdk> | undefined;
  let users = 0;
  const leave = async () => {
    users -= 1;
    if (users > 0) return;
    const ending = running;
    running = undefined;
    await (await ending)?.shutdown();
  };
  return async (service) => {
    users += 1;
    running ??= start(service);
    await running;
    return leave;
  };
}

async function instrument(fastify: FastifyInstance): Promise<void> {
  const { FastifyOtelInstrumentation } = await import('@fastify/otel');
  await fastify.register(new FastifyOtelInstrumentation().plugin());
}

async function startSdk(service: string): Promise<Sdk> {
  const [{ NodeSDK }, { UndiciInstrumentation }] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/instrumentation-undici'),
  ]);
  // Outgoing calls, to providers and between services; they carry the trace on (W3C Trace Context).
  const started = new NodeSDK({ serviceName: `fairlead-${service}`, instrumentations: [new UndiciInstrumentation()] });
  started.start();
  return started;
}
