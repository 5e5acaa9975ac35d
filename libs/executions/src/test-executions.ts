import { type DynamicModule, type INestApplicationContext, Module, type Provider } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { Redis } from 'ioredis';
import { REDIS, RedisModule } from '#libs/cache';
import { CryptoModule } from '#libs/crypto';
import { Database, DatabaseModule } from '#libs/database';
import { Secret } from '#libs/kernel';
import { QueuesModule, WorkersModule } from '#libs/queues';
import { testDatabase, testRedis } from '#libs/testing';
import type { ExecutionsOptions } from './executions.config.js';
import { ExecutionsModule } from './executions.module.js';

/** What processes of one engine share. */
export interface EngineStores {
  readonly databaseUrl: string;
  readonly encryptionKey: string;
  readonly redisUrl: string;
}

export interface EngineOptions extends Partial<ExecutionsOptions>, EngineStores {
  /** Job handlers; without any, jobs stay in their queues. */
  readonly handlers?: readonly Provider[];
}

/** One process of the engine, without HTTP. */
export interface Engine {
  readonly db: Database;
  readonly redis: Redis;
  get<Service>(type: abstract new (...args: never[]) => Service): Service;
  close(): Promise<void>;
}

@Module({})
class HandlersModule {
  static with(handlers: readonly Provider[]): DynamicModule {
    const workers = WorkersModule.forRoot({
      concurrency: { action: 20, 'action-async': 20, sync: 20, 'on-event': 20, delivery: 20, maintenance: 20 },
      graceMs: 1_000,
      lockMs: 500,
      stalledCheckMs: 200,
    });
    return { module: HandlersModule, imports: [workers], providers: [...handlers] };
  }
}

/** Stores of their own for the engines of a file. */
export async function engineStores(): Promise<EngineStores & { close(): Promise<void> }> {
  const [database, redis] = await Promise.all([testDatabase(), testRedis()]);
  const close = async () => {
    await Promise.all([database.close(), redis.close()]);
  };
  return { databaseUrl: database.url, encryptionKey: database.encryptionKey, redisUrl: redis.url, close };
}

export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { handlers = [], databaseUrl, encryptionKey, redisUrl } = options;
  const testing = await Test.createTestingModule({
    imports: [
      DatabaseModule.forRoot({ url: databaseUrl, poolMax: 10, ssl: false, applicationName: 'test' }),
      CryptoModule.forRoot(new Secret(encryptionKey)),
      RedisModule.forRoot(redisUrl),
      QueuesModule.forRoot(),
      ExecutionsModule.forRoot({
        slots: options.slots ?? { action: 10, 'action-async': 10, sync: 10, 'on-event': 10 },
        environmentCaps: options.environmentCaps ?? { action: 5, 'action-async': 1, sync: 5, 'on-event': 5 },
        maxQueued: options.maxQueued ?? 100,
      }),
      ...(handlers.length > 0 ? [HandlersModule.with(handlers)] : []),
    ],
  }).compile();
  testing.useLogger(false);
  const app: INestApplicationContext = await testing.init();
  return {
    db: app.get(Database, { strict: false }),
    redis: app.get<Redis>(REDIS, { strict: false }),
    get: (type) => app.get(type as never, { strict: false }),
    close: () => app.close(),
  };
}
