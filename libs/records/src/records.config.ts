import { z } from 'zod';
import { integer } from '#libs/kernel';
import type { RecordsOptions } from './records.module.js';

/** Variables of the record store, spread into every app that reaches it. */
export const recordsEnv = {
  RECORDS_DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe('PostgreSQL (15 or later) of the record store; NANGO_DATABASE_URL where it is not set'),
  RECORDS_DATABASE_POOL_MAX: integer(20, 'Most connections of one process to the record store', 1, 500),
  RECORDS_DATABASE_SSL: z.enum(['true', 'false']).default('false').describe('TLS to the record store, without certificate check'),
  RECORDS_MAX_RESPONSE_SIZE_BYTES: integer(
    64 * 1024 * 1024,
    'Most payload bytes of one page of records; a page holds at least one record',
    1024,
  ),
};

type RecordsConfig = z.output<z.ZodObject<typeof recordsEnv>> & { readonly NANGO_DATABASE_URL: string };

/** What `RecordsModule.forRoot` takes, from the variables of `recordsEnv` and `databaseEnv`. */
export const recordsOptions = (config: RecordsConfig, applicationName: string): RecordsOptions => ({
  url: config.RECORDS_DATABASE_URL ?? config.NANGO_DATABASE_URL,
  poolMax: config.RECORDS_DATABASE_POOL_MAX,
  ssl: config.RECORDS_DATABASE_SSL === 'true',
  maxPageBytes: config.RECORDS_MAX_RESPONSE_SIZE_BYTES,
  applicationName,
});
