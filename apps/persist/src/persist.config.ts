import { z } from 'zod';
import { cacheEnv } from '#libs/cache';
import { cryptoEnv } from '#libs/crypto';
import { databaseEnv } from '#libs/database';
import { httpEnv } from '#libs/http';
import { integer } from '#libs/kernel';
import { logsEnv } from '#libs/logs';
import { observabilityEnv } from '#libs/observability';
import { recordsEnv } from '#libs/records';
import { recordRetentionEnv } from './records/record-retention.config.js';

/** Everything persist reads from its environment. */
export const persistConfig = z.object({
  ...httpEnv,
  ...databaseEnv,
  ...cryptoEnv,
  ...recordsEnv,
  ...recordRetentionEnv,
  ...cacheEnv,
  ...logsEnv,
  ...observabilityEnv,
  NANGO_PERSIST_PORT: integer(3007, 'Port of persist', 0, 65_535),
  PERSIST_HARD_DELETE_LIMIT: integer(50_000, 'Records one slice of emptying a cache removes', 1, 1_000_000),
  FAIRLEAD_EXECUTION_PUBLIC_KEY: z.string().describe('Verifies execution tokens: base64 of a DER SPKI Ed25519 key'),
});
export type PersistConfig = z.output<typeof persistConfig>;
