import { z } from 'zod';
import { httpEnv } from '#libs/http';
import { integer } from '#libs/kernel';
import { observabilityEnv } from '#libs/observability';
import { outboundEnv } from '#libs/outbound';
import { proxyEnv } from '#libs/proxy';

/** Everything the runner reads from its environment: addresses and limits, and the one key that only verifies. */
export const runnerConfig = z.object({
  ...httpEnv,
  ...outboundEnv,
  ...proxyEnv,
  ...observabilityEnv,
  NANGO_RETRYABLE_NETWORK_ERRORS: proxyEnv.NANGO_RETRYABLE_NETWORK_ERRORS,
  NANGO_RUNNER_PORT: integer(3006, 'Port of the runner', 0, 65_535),
  PERSIST_SERVICE_URL: z.url().default('http://127.0.0.1:3007').describe('Address of persist'),
  SERVER_SERVICE_URL: z.url().default('http://127.0.0.1:3003').describe('Address of the server, for its internal API'),
  FAIRLEAD_EXECUTION_PUBLIC_KEY: z.string().describe('Verifies execution tokens: base64 of a DER SPKI Ed25519 key'),
  FAIRLEAD_RUNNER_CHILDREN: z.coerce
    .number()
    .int()
    .min(1)
    .max(256)
    .optional()
    .describe('Sandbox processes; as many as there are cores where it is not set'),
  FAIRLEAD_RUNNER_CHILD_CONCURRENCY: integer(64, 'Executions one sandbox process runs at a time', 1, 10_000),
  FAIRLEAD_RUNNER_SPIN_MS: integer(30_000, 'Longest computation of a function without a call to its SDK in between', 100),
  FAIRLEAD_RUNNER_CHILD_MEMORY_MB: integer(768, 'Resident memory past which a sandbox process is killed', 256),
  RUNNER_HTTP_LOG_SAMPLE_PCT: integer(
    100,
    'How many of a hundred HTTP calls of a sync that went well are logged; its first five always are, and all that failed',
    0,
    100,
  ),
});
export type RunnerConfig = z.output<typeof runnerConfig>;
