import type { DynamicModule } from '@nestjs/common';

export interface Telemetry {
  /** Nest modules to import; none while OpenTelemetry is off. */
  readonly modules: DynamicModule[];
  shutdown(): Promise<void>;
}

const OFF: Telemetry = { modules: [], shutdown: () => Promise.resolve() };

/**
 * Starts OpenTelemetry when an OTLP endpoint is configured. The SDK is loaded only then: it costs memory and start time.
 * Exporter settings are the standard `OTEL_*` variables, which the SDK reads itself.
 */
export async function startTelemetry(service: string, endpoint: string | undefined): Promise<Telemetry> {
  if (!endpoint) return OFF;
  const [{ NodeSDK }, { OpenTelemetryModule }] = await Promise.all([import('@opentelemetry/sdk-node'), import('nestjs-otel')]);
  const sdk = new NodeSDK({ serviceName: `fairlead-${service}` });
  sdk.start();
  return {
    modules: [OpenTelemetryModule.forRoot({ metrics: { hostMetrics: false } })],
    shutdown: () => sdk.shutdown(),
  };
}
