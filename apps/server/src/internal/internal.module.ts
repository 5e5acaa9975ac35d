import { type DynamicModule, Module } from '@nestjs/common';
import { parseExecutionPublicKey } from '#libs/execution-token';
import { ActionsModule } from '../actions/actions.module.js';
import { SyncsModule } from '../syncs/syncs.module.js';
import { EXECUTION_PUBLIC_KEY } from './execution.guard.js';
import { InvocationsController } from './invocations.controller.js';
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
      imports: [ActionsModule, SyncsModule],
      controllers: [InternalController, InvocationsController, RateLimitsController],
      providers: [
        RunLimits,
        RunCallers,
        { provide: EXECUTION_PUBLIC_KEY, useValue: parseExecutionPublicKey(executionPublicKey) },
      ],
    };
  }
}
