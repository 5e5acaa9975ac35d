import type { DynamicModule } from '@nestjs/common';

export interface Telemetry {
  /** Nest modules to import; none while OpenTelemetry is off. */
  readonly modules: DynamicModule[];
  shutdown(): Promise<void>;
}

interface Sdk {
  shutdown(): Promise<void>;
}

const OFF: Telemetry = { modules: [], shutdown: () => Promise.resolve() };

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
  return { modules: [OpenTelemetryModule.forRoot({ metrics: { hostMetrics: false } })], shutdown: leave };
}

async function startSdk(service: string): Promise<Sdk> {
  const { NodeSDK } = await import('@opentelemetry/sdk-node');
  const started = new NodeSDK({ serviceName: `fairlead-${service}` });
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
