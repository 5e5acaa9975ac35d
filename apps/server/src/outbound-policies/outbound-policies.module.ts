import { type DynamicModule, Module } from '@nestjs/common';
import { OPERATOR, type OperatorCredentials, OperatorGuard } from '#libs/http';
import { OutboundPoliciesController } from './outbound-policies.controller.js';

@Module({})
export class OutboundPoliciesModule {
  /** `/admin/environments`. Needs `AccountsModule`. */
  static forRoot(operator: OperatorCredentials): DynamicModule {
    return {
      module: OutboundPoliciesModule,
      controllers: [OutboundPoliciesController],
      providers: [{ provide: OPERATOR, useValue: operator }, OperatorGuard],
    };
  }
}
