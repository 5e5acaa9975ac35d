export { cacheEnv } from './cache.config.js';
export { connectRedis, REDIS, REDIS_FACTORY, type RedisFactory, RedisModule } from './redis.module.js';
