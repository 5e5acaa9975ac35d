import type { DynamicModule } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
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

const OFF: Telemetry = {
  modules: [],
  instrument: () => Promise.resolve(),
  traced: (_route, listener) => listener,
  shutdown: () => Promise.resolve(),
};

/** One SDK a process: services that share a process share it, and the last one to stop ends it. */
let sdk: Promise<Sdk> | undefined;
let users = 0;

/**
 * Starts OpenTelemetry when an OTLP endpoint is configured. The SDK is loaded only then: it costs memory and start time.
 * Exporter settings are the standard `OTEL_*` variables, which the SDK reads itself.
 * @param service names the process in traces, unless `OTEL_SERVICE_NAME` does
 */
export async function startTelemetry(service: string, endpoint: string | undefined): Promise<Telemetry> {
  if (!endpoint) return OFF;
  users += 1;
  sdk ??= startSdk(service);
  await sdk;
  const { OpenTelemetryModule } = await import('nestjs-otel');
  return { modules: [OpenTelemetryModule.forRoot({ metrics: { hostMetrics: false } })], instrument, traced, shutdown: leave };
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

async function leave(): Promise<void> {
  users -= 1;
  if (users > 0) return;
  const ending = sdk;
  sdk = undefined;
  await (await ending)?.shutdown();
}
