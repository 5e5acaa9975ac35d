import { z } from 'zod';
import { provisioningEnv } from '#libs/accounts';
import { cacheEnv } from '#libs/cache';
import { cryptoEnv } from '#libs/crypto';
import { databaseEnv } from '#libs/database';
import { recordsEnv } from '#libs/records';

/** What the migration step reads from its environment; preset API keys (`NANGO_SECRET_KEY_<ENV>`) beside it. */
export const migrateConfig = z.object({
  ...databaseEnv,
  ...cryptoEnv,
  ...recordsEnv,
  ...provisioningEnv,
  NANGO_REDIS_URL: cacheEnv.NANGO_REDIS_URL.optional(),
});
