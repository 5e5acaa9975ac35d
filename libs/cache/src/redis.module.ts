import { type DynamicModule, Global, Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Redis, type RedisOptions } from 'ioredis';
import type { RedisFactory } from './redis-factory.js';
import { writeOnceATurn } from './write-once-a-turn.js';
import { Invalidations } from './changes/invalidations.js';

/** Injection token of the shared command connection. */
export const REDIS = Symbol('redis');
/** Injection token of a factory of further connections, for subscribers and blocking workers. */
export const REDIS_FACTORY = Symbol('redis-factory');

const RECONNECT_MAX_MS = 1_000;

/**
 * A command on a lost connection waits for its return instead of failing, for at most as long as its caller waits:
 * a Redis restart is a pause, not an error. Every connection logs its losses once.
 */
export function connectRedis(url: string, purpose: string, options: RedisOptions = {}): Redis {
  const log = new Logger(`redis ${purpose}`);
  const redis = new Redis(url, {
    connectionName: `fairlead-${purpose}`,
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => Math.min(50 * attempt, RECONNECT_MAX_MS),
    ...options,
  });
  let down = false;
  redis.on('error', (error) => {
    if (!down) log.warn(`connection lost: ${error.message}`);
    down = true;
  });
  redis.on('ready', () => {
    if (down) log.log('connection is back');
    down = false;
  });
  return redis;
}

@Global()
@Module({})
export class RedisModule implements OnApplicationShutdown {
  constructor(
    @Inject(REDIS_FACTORY) private readonly factory: RedisFactory & {
      closeAll?: () => Promise<void>;
    },
  ) {}

  /** Provides `REDIS`, `REDIS_FACTORY` and `Invalidations`; everything they made is closed on shutdown. */
  static forRoot(url: string): DynamicModule {
    const made: Redis[] = [];
    const factory: RedisFactory & { closeAll: () => Promise<void> } = Object.assign(
      (purpose: string, options?: RedisOptions) => {
        const redis = connectRedis(url, purpose, options);
        made.push(redis);
        return redis;
      },
      {
        closeAll: async () => {
          for (const redis of made) redis.disconnect();
        },
      },
    );
    return {
      module: RedisModule,
      providers: [
        { provide: REDIS_FACTORY, useValue: factory },
        { provide: REDIS, useFactory: () => writeOnceATurn(factory('commands')) },
        { provide: Invalidations, useFactory: () => new Invalidations(factory) },
      ],
      exports: [REDIS, REDIS_FACTORY, Invalidations],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.factory.closeAll?.();
  }
}
