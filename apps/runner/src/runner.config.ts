import { z } from 'zod';
import { httpEnv } from '#libs/http';
import { namespacesSetting } from '#libs/confinement';
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
  FAIRLEAD_RUNNER_SPARES: integer(1, 'Sandbox processes that stand ready to take the place of one that dies', 0, 64),
  FAIRLEAD_RUNNER_PREPARED: integer(3, 'Isolates that a sandbox process makes ahead for each kind it was last asked for', 0, 100),
  FAIRLEAD_RUNNER_PREPARED_MEMORY_MB: integer(
    512,
    'Memory of a function that isolates are made ahead for before the first run',
    16,
    65_536,
  ),
  FAIRLEAD_RUNNER_SNAPSHOT_MB: integer(
    64,
    'Snapshots of functions kept, in the runner and in each sandbox process; 0 for none',
    0,
    65_536,
  ),
  FAIRLEAD_RUNNER_WARM_INSTANCES: integer(32, 'Warm instances one sandbox process keeps; 0 for none', 0, 10_000),
  FAIRLEAD_RUNNER_WARM_RUNS: integer(1_000, 'Runs after which a warm instance is disposed of', 1),
  FAIRLEAD_RUNNER_WARM_AGE_MS: integer(600_000, 'Age at which a warm instance is disposed of', 1),
  FAIRLEAD_RUNNER_WARM_IDLE_MS: integer(60_000, 'Time without a run after which a warm instance is disposed of', 1),
  FAIRLEAD_RUNNER_DRAIN_MS: integer(
    10_000,
    'How long running functions may take to end at shutdown before they are stopped',
    0,
    86_400_000,
  ),
  FAIRLEAD_RUNNER_NAMESPACES: namespacesSetting('Sandbox processes'),
  FAIRLEAD_RUNNER_CHILD_CONCURRENCY: integer(64, 'Executions one sandbox process runs at a time', 1, 10_000),
  FAIRLEAD_RUNNER_CHILD_RUNS: integer(
    20_000,
    'Executions, but for warm ones, after which another sandbox process takes the place of one, which ends what it runs; 0 for never',
    0,
  ),
  FAIRLEAD_RUNNER_SPIN_MS: integer(30_000, 'Longest computation of a function without a call to its SDK in between', 100),
  FAIRLEAD_RUNNER_CHILD_MEMORY_MB: integer(
    768,
    'Resident memory past which a sandbox process ends the run that holds most, and is killed a quarter beyond',
    256,
  ),
  RUNNER_HTTP_LOG_SAMPLE_PCT: integer(
    100,
    'How many of a hundred HTTP calls of a sync that went well are logged; its first five always are, and all that failed',
    0,
    100,
  ),
});
export type RunnerConfig = z.output<typeof runnerConfig>;
