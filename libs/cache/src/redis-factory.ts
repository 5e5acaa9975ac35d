import type { Redis, RedisOptions } from 'ioredis';

/** Makes a further connection, for a subscriber or a blocking worker; `purpose` names it. */
export type RedisFactory = (purpose: string, options?: RedisOptions) => Redis;
