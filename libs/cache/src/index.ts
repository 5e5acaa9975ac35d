export { cacheEnv } from './cache.config.js';
export { announce } from './changes/announce.js';
export { Invalidations } from './changes/invalidations.js';
export { RememberedRows, type RememberedRowsOptions } from './changes/remembered-rows.js';
export { type Tag, tagOf, type Topic } from './changes/topics.js';
export { BACKSTOP_MS } from './domain/row-life.js';
export { connectRedis, REDIS, REDIS_FACTORY, RedisModule } from './redis.module.js';
export type { RedisFactory } from './redis-factory.js';
