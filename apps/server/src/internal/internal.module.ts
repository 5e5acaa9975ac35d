import { type DynamicModule, Module } from '@nestjs/common';
import { parseExecutionPublicKey } from '#libs/execution-token';
import { AppJwts } from '../connections/app-jwts.service.js';
import { ConnectionReader } from '../connections/connection-reader.service.js';
import { EXECUTION_PUBLIC_KEY } from './execution.guard.js';
import { InternalController } from './internal.controller.js';
import { RateLimitsController } from './rate-limits.controller.js';
import { RunCallers } from './run-callers.service.js';
import { RunLimits } from './run-limits.service.js';

@Module({})
export class InternalModule {
  /** `/internal`. @param executionPublicKey `FAIRLEAD_EXECUTION_PUBLIC_KEY`. @throws ConfigError when it is no key */
  static forRoot(executionPublicKey: string): DynamicModule {
    return {
      module: InternalModule,
      controllers: [InternalController, RateLimitsController],
      providers: [
        AppJwts,
        ConnectionReader,
        RunCallers,
        RunLimits,
        { provide: EXECUTION_PUBLIC_KEY, useValue: parseExecutionPublicKey(executionPublicKey) },
      ],
    };
  }
}
