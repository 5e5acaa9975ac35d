import { z } from 'zod';
import { cacheEnv } from '#libs/cache';
import { connectionUpkeepEnv } from '#libs/credentials';
import { cryptoEnv } from '#libs/crypto';
import { databaseEnv } from '#libs/database';
import { deliveriesEnv } from '#libs/deliveries';
import { executionsEnv } from '#libs/executions';
import { httpEnv } from '#libs/http';
import { integer, secretString } from '#libs/kernel';
import { logsEnv } from '#libs/logs';
import { observabilityEnv } from '#libs/observability';
import { outboundEnv } from '#libs/outbound';
import { storageEnv } from '#libs/storage';

/** Everything the orchestrator reads from its environment. */
export const orchestratorConfig = z.object({
  ...httpEnv,
  ...databaseEnv,
  ...cryptoEnv,
  ...cacheEnv,
  ...storageEnv,
  ...logsEnv,
  ...outboundEnv,
  ...deliveriesEnv,
  ...executionsEnv,
  ...connectionUpkeepEnv,
  ...observabilityEnv,
  NANGO_ORCHESTRATOR_PORT: integer(3008, 'Port of the orchestrator', 0, 65_535),
  FAIRLEAD_EXECUTIONS_RETENTION_DAYS: integer(
    5,
    'Days the ledger keeps executions, results of asynchronous actions included',
    1,
    3650,
  ),
  FAIRLEAD_METRICS_ENVIRONMENTS: integer(
    20,
    'Environments that metrics tell apart, the busiest of each kind of execution; 0 for none',
    0,
    1_000,
  ),
  FAIRLEAD_FUNCTION_VERSIONS_KEPT: integer(50, 'Deploys of each function that can be gone back to', 1, 10_000),
  FAIRLEAD_UNUSED_CODE_DAYS: integer(
    31,
    'Days that function code is kept which no version refers to any more; 0 for good, as a bucket needs that several installations share',
    0,
    3650,
  ),
  FAIRLEAD_OPERATOR_USERNAME: z.string().default('operator').describe('Name an operator signs in with'),
  FAIRLEAD_OPERATOR_PASSWORD: secretString(
    'Password of operators: queue board and key rotation; both are closed without one',
  ).optional(),
});
export type OrchestratorConfig = z.output<typeof orchestratorConfig>;
