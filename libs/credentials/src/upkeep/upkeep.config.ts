import { z } from 'zod';
import { integer } from '#libs/kernel';

/** Variables of what is done about connections that nobody asks for. */
export const connectionUpkeepEnv = {
  CRON_REFRESH_CONNECTIONS_EVERY_MIN: z.coerce
    .number()
    .max(1440)
    .default(1)
    .describe('Minutes between rounds that renew tokens about to end and test keys once a day; 0 or less turns them off'),
  CRON_REFRESH_CONNECTIONS_LIMIT: integer(500, 'Connections taken at once in such a round', 1, 10_000),
  CRON_DELETE_OLD_CONNECTIONS_MAX_DAYS: integer(31, 'Days a deleted connection is kept before it is removed for good', 0, 3650),
};
