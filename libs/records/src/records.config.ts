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
  RECORDS_MAX_RECORD_SIZE_BYTES: integer(16 * 1024 * 1024, 'Most bytes of the JSON of one record', 1024, 256 * 1024 * 1024),
};

/** Variables of who reads records for others, beside `recordsEnv`. */
export const recordsReadEnv = {
  RECORDS_DATABASE_READ_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe('Read replica of the record store, for GET /records; one that lags or is away is passed over for the primary'),
};

type RecordsConfig = z.output<z.ZodObject<typeof recordsEnv>> &
  Partial<z.output<z.ZodObject<typeof recordsReadEnv>>> & { readonly NANGO_DATABASE_URL: string };

/** What `RecordsModule.forRoot` takes, from the variables of `recordsEnv` and `databaseEnv`. */
export const recordsOptions = (config: RecordsConfig, applicationName: string): RecordsOptions => ({
  url: config.RECORDS_DATABASE_URL ?? config.NANGO_DATABASE_URL,
  poolMax: config.RECORDS_DATABASE_POOL_MAX,
  ssl: config.RECORDS_DATABASE_SSL === 'true',
  readUrl: config.RECORDS_DATABASE_READ_URL,
  maxRecordBytes: config.RECORDS_MAX_RECORD_SIZE_BYTES,
  maxPageBytes: config.RECORDS_MAX_RESPONSE_SIZE_BYTES,
  applicationName,
});
