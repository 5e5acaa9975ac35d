import { flag, integer } from '#libs/kernel';

/** Variables of the operation log, spread into every app that writes or reads it. */
export const logsEnv = {
  NANGO_LOGS_ENABLED: flag(true, 'Keep operations and their messages; without, ended operations go to stdout'),
  NANGO_LOGS_ES_RETENTION_DAYS: integer(15, 'Days operations and their messages are kept', 1, 3650),
};
