import { z } from 'zod';

/** Variables of logging and tracing, spread into every app. */
export const observabilityEnv = {
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('Level of the JSON log on stdout'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url()
    .optional()
    .describe('OTLP/HTTP endpoint for traces and metrics; OpenTelemetry is off without it'),
};
