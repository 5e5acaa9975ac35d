import { type DynamicModule, Module } from '@nestjs/common';
import { OPERATOR, type OperatorCredentials, OperatorGuard } from '#libs/http';
import { ConcurrencyController } from './concurrency.controller.js';
import { OwnConcurrencyController } from './own-concurrency.controller.js';

@Module({})
export class ConcurrencyModule {
  /** `/admin/environments/{environment}/concurrency` and `/api/v1/environments/concurrency`. Needs `AccountsModule` and `ExecutionsModule`. */
  static forRoot(operator: OperatorCredentials): DynamicModule {
    return {
      module: ConcurrencyModule,
      controllers: [ConcurrencyController, OwnConcurrencyController],
      providers: [{ provide: OPERATOR, useValue: operator }, OperatorGuard],
    };
  }
}
