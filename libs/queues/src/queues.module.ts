import { type DynamicModule, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { JobProducer } from './job-producer.js';
import { QUEUE_PREFIX } from './queue-prefix.js';
import { QueueWorkers, WORKERS_OPTIONS, type WorkersOptions } from './queue-workers.js';

@Module({})
export class QueuesModule {
  /** Provides `JobProducer` everywhere; needs `RedisModule`. */
  static forRoot(prefix = 'fairlead'): DynamicModule {
    return {
      module: QueuesModule,
      global: true,
      providers: [{ provide: QUEUE_PREFIX, useValue: prefix }, JobProducer],
      exports: [QUEUE_PREFIX, JobProducer],
    };
  }
}

@Module({})
export class WorkersModule {
  /** Runs every provider of the app that is marked with `@HandlesJob`; needs `QueuesModule`. */
  static forRoot(options: WorkersOptions): DynamicModule {
    return {
      module: WorkersModule,
      imports: [DiscoveryModule],
      providers: [{ provide: WORKERS_OPTIONS, useValue: options }, QueueWorkers],
    };
  }
}
