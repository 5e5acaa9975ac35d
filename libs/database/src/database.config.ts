import { z } from 'zod';
import { integer } from '#libs/kernel';

/** Variables of the control-plane database, spread into every app that reaches it. */
export const databaseEnv = {
  NANGO_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).describe('PostgreSQL (15 or later) of the control plane'),
  NANGO_DB_POOL_MAX: integer(20, 'Most connections of one process to the control plane', 1, 500),
  NANGO_DB_SSL: z.enum(['true', 'false']).default('false').describe('TLS to the control plane, without certificate check'),
};
