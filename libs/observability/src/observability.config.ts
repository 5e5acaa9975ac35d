import { z } from 'zod';
import { flag, secretString } from '#libs/kernel';

/** Variables of logging, tracing and measuring, spread into every app. */
export const observabilityEnv = {
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('Level of the JSON log on stdout'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url()
    .optional()
    .describe('OTLP/HTTP endpoint that traces and metrics are pushed to; nothing is traced without it'),
  FAIRLEAD_METRICS: flag(
    true,
    'Serve metrics for Prometheus at GET /metrics (docs/metrics.md); a stack in one process does so only where there is a token',
  ),
  FAIRLEAD_METRICS_TOKEN: secretString(
    'Bearer token for GET /metrics; without one the server refuses, and the internal services answer whoever reaches them',
  ).optional(),
};
