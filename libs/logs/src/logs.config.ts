import type { z } from 'zod';
import { flag, integer } from '#libs/kernel';
import type { LogsOptions } from './logs.module.js';

/** Variables of the operation log, spread into every app that writes or reads it. */
export const logsEnv = {
  NANGO_LOGS_ENABLED: flag(true, 'Keep operations and their messages; without, ended operations go to stdout'),
  NANGO_LOGS_ES_RETENTION_DAYS: integer(15, 'Days operations and their messages are kept', 1, 3650),
};

/** What `LogsModule.forRoot` takes, from the variables of `logsEnv`. */
export const logsOptions = (config: z.output<z.ZodObject<typeof logsEnv>>): LogsOptions => ({
  enabled: config.NANGO_LOGS_ENABLED,
  retentionDays: config.NANGO_LOGS_ES_RETENTION_DAYS,
});
