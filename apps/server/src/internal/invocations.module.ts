import { type DynamicModule, Module } from '@nestjs/common';
import { parseExecutionPublicKey } from '#libs/execution-token';
import { ActionsModule } from '../actions/actions.module.js';
import { SyncsModule } from '../syncs/syncs.module.js';
import { EXECUTION_PUBLIC_KEY } from './execution.guard.js';
import { InvocationsController } from './invocations.controller.js';
import { RunCallers } from './run-callers.service.js';

@Module({})
export class InvocationsModule {
  /** What functions run of others. @param executionPublicKey as of `InternalModule` */
  static forRoot(executionPublicKey: string): DynamicModule {
    return {
      module: InvocationsModule,
      imports: [ActionsModule, SyncsModule],
      controllers: [InvocationsController],
      providers: [RunCallers, { provide: EXECUTION_PUBLIC_KEY, useValue: parseExecutionPublicKey(executionPublicKey) }],
    };
  }
}
