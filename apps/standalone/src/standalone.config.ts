import { z } from 'zod';
import { flag, integer } from '#libs/kernel';

/** What the stack that runs alone reads itself; the services in it read their own. */
export const standaloneConfig = z.object({
  FAIRLEAD_DATA_DIR: z
    .string()
    .default('.data')
    .describe('Folder of everything that `npm start` keeps: secrets, embedded stores, objects, logs'),
  FAIRLEAD_HOST: z.string().default('127.0.0.1').describe('Address the public API listens on; 0.0.0.0 in a container'),
  SERVER_PORT: integer(3003, 'Port of the public API; 0 takes a free one', 0, 65_535),
  NANGO_CONNECT_UI_PORT: integer(3009, 'Port of the Connect UI; 0 takes a free one', 0, 65_535),
  FLAG_SERVE_CONNECT_UI: flag(true, 'Serve the Connect UI beside the API, on a port of its own'),
  NANGO_DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe('PostgreSQL (15 or later) of the control plane; `npm start` brings its own without it'),
  RECORDS_DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe('PostgreSQL of the records; the control plane’s without it'),
  NANGO_REDIS_URL: z
    .url({ protocol: /^rediss?$/ })
    .optional()
    .describe('Redis or Valkey (7 or later); `npm start` brings its own without it'),
  NANGO_MIGRATE_AT_START: flag(true, 'Bring the databases up to date before the services start'),
});
export type StandaloneConfig = z.output<typeof standaloneConfig>;
