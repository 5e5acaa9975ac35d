import { type DynamicModule, Logger, Module } from '@nestjs/common';
import { REDIS_FACTORY, type RedisFactory } from '#libs/cache';
import { messageOf } from '#libs/kernel';
import { Governor, type GovernorOptions } from '#libs/rate-limits';
import { sharedGovernor } from './shared-governor.js';

@Module({})
export class RateGovernorModule {
  /** Provides `Governor`. Needs `RedisModule`. */
  static forRoot(options: GovernorOptions): DynamicModule {
    return {
      module: RateGovernorModule,
      global: true,
      providers: [{ provide: Governor, inject: [REDIS_FACTORY], useFactory: (connect: RedisFactory) => open(options, connect) }],
      exports: [Governor],
    };
  }
}

function open(options: GovernorOptions, connect: RedisFactory): Governor {
  const { governor, listening } = sharedGovernor(options, connect);
  listening.catch((error: unknown) => {
    new Logger(RateGovernorModule.name).warn(`the rate governor does not hear other replicas: ${messageOf(error)}`);
  });
  return governor;
}
