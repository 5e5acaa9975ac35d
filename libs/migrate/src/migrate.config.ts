import { z } from 'zod';
import { provisioningEnv } from '#libs/accounts';
import { databaseEnv } from '#libs/database';
import { secretString } from '#libs/kernel';
import { recordsEnv } from '#libs/records';

/** What the migration step reads from its environment; preset API keys (`NANGO_SECRET_KEY_<ENV>`) beside it. */
export const migrateConfig = z.object({
  ...databaseEnv,
  ...recordsEnv,
  ...provisioningEnv,
  NANGO_ENCRYPTION_KEY: secretString(
    'Root key, base64 of 32 bytes; several separated by commas, the first is primary',
  ).optional(),
});
