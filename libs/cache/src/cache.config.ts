import { z } from 'zod';

/** Variables of the Redis that carries work, spread into every app that reaches it. */
export const cacheEnv = {
  NANGO_REDIS_URL: z
    .url({ protocol: /^rediss?$/ })
    .describe('Redis or Valkey (7 or later) for queues, locks and live results; rediss:// for TLS'),
};
