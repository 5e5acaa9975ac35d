import { type DynamicModule, Module } from '@nestjs/common';
import { parseExecutionPublicKey } from '#libs/execution-token';
import { EXECUTION_PUBLIC_KEY } from './execution.guard.js';
import { InternalController } from './internal.controller.js';
import { RateLimitsController } from './rate-limits.controller.js';
import { RunLimits } from './run-limits.service.js';

@Module({})
export class InternalModule {
  /** `/internal`. @param executionPublicKey `FAIRLEAD_EXECUTION_PUBLIC_KEY`. @throws ConfigError when it is no key */
  static forRoot(executionPublicKey: string): DynamicModule {
    return {
      module: InternalModule,
      controllers: [InternalController, RateLimitsController],
      providers: [RunLimits, { provide: EXECUTION_PUBLIC_KEY, useValue: parseExecutionPublicKey(executionPublicKey) }],
    };
  }
}
