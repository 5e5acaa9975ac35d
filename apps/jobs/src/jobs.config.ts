import { z } from 'zod';
import { authEnv } from '#libs/auth';
import { cacheEnv } from '#libs/cache';
import { refreshEnv } from '#libs/credentials';
import { cryptoEnv } from '#libs/crypto';
import { MAX_OUTPUT_BYTES } from '#libs/contracts';
import { databaseEnv } from '#libs/database';
import { deliveriesEnv } from '#libs/deliveries';
import { executionsEnv } from '#libs/executions';
import { httpEnv } from '#libs/http';
import { integer, secretString } from '#libs/kernel';
import { logsEnv } from '#libs/logs';
import { observabilityEnv } from '#libs/observability';
import { providersEnv } from '#libs/providers';
import { proxyEnv } from '#libs/proxy';
import { workersEnv } from '#libs/queues';
import { storageEnv } from '#libs/storage';

/** Everything jobs reads from its environment. */
export const jobsConfig = z.object({
  ...httpEnv,
  ...databaseEnv,
  ...cryptoEnv,
  ...cacheEnv,
  ...storageEnv,
  ...logsEnv,
  ...authEnv,
  ...proxyEnv,
  ...refreshEnv,
  ...providersEnv,
  ...deliveriesEnv,
  ...executionsEnv,
  ...workersEnv,
  ...observabilityEnv,
  NANGO_JOBS_PORT: integer(3005, 'Port of jobs', 0, 65_535),
  JOBS_SERVICE_URL: z
    .url()
    .default('http://127.0.0.1:3005')
    .describe('Address of jobs, where runners fetch code that lies in a folder'),
  RUNNER_SERVICE_URL: z
    .url()
    .default('http://127.0.0.1:3006')
    .describe('Address of the runner, or of a balancer before several, which passes WebSockets'),
  FAIRLEAD_EXECUTION_PRIVATE_KEY: secretString('Signs execution tokens: base64 of a DER PKCS#8 Ed25519 key'),
  FAIRLEAD_FUNCTION_MEMORY_MB: integer(
    512,
    'Memory of one running function of which FAIRLEAD_FUNCTION_SIZES says nothing',
    16,
    65_536,
  ),
  FAIRLEAD_FUNCTION_SIZES: z
    .string()
    .default('')
    .describe(
      'Functions that get another size: `environment/integration/function=small`, separated by commas; `*` stands for any; small is 128 MB, medium 512, large 1024, or megabytes',
    ),
  FAIRLEAD_WARM_FUNCTIONS: z
    .string()
    .default('')
    .describe(
      'Functions whose instances are kept between the runs of one connection: `environment/integration/function`, separated by commas; `*` stands for any. What their modules hold stays from run to run',
    ),
  FAIRLEAD_SYNC_RUN_MS: integer(
    86_400_000,
    'How long a run of a sync may take. One that saves checkpoints is stopped at a checkpoint after 80 % of it and goes on at once as a new run',
    1_000,
    86_400_000,
  ),
  FAIRLEAD_ACTION_OUTPUT_MAX_BYTES: integer(
    2 * 1024 * 1024,
    "Longest output of an action, as JSON; 10000000, the most there may be, is the wire protocol's own limit",
    1_024,
    MAX_OUTPUT_BYTES,
  ),
  FAIRLEAD_JOBS_GRACE_MS: integer(
    5_000,
    'How long running jobs may take to end at shutdown before they are aborted',
    0,
    86_400_000,
  ),
});
export type JobsConfig = z.output<typeof jobsConfig>;
