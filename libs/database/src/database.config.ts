import { z } from 'zod';
import { integer } from '#libs/kernel';
import type { DatabaseOptions } from './data-source.js';

/** Variables of the control-plane database, spread into every app that reaches it. */
export const databaseEnv = {
  NANGO_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).describe('PostgreSQL (15 or later) of the control plane'),
  NANGO_DB_POOL_MAX: integer(20, 'Most connections of one process to the control plane', 1, 500),
  NANGO_DB_SSL: z.enum(['true', 'false']).default('false').describe('TLS to the control plane, without certificate check'),
};

/** What `DatabaseModule.forRoot` takes, from the variables of `databaseEnv`. */
export const databaseOptions = (config: z.output<z.ZodObject<typeof databaseEnv>>, applicationName: string): DatabaseOptions => ({
  url: config.NANGO_DATABASE_URL,
  poolMax: config.NANGO_DB_POOL_MAX,
  ssl: config.NANGO_DB_SSL === 'true',
  applicationName,
});
