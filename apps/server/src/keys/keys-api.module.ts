import { type DynamicModule, Module } from '@nestjs/common';
import { OPERATOR, type OperatorCredentials, OperatorGuard } from '#libs/http';
import { KeyRotationModule } from '#libs/key-rotation';
import { KeysController } from './keys.controller.js';

@Module({})
export class KeysApiModule {
  /** `/admin/keys`; this process also works on rotations. */
  static forRoot(operator: OperatorCredentials): DynamicModule {
    return {
      module: KeysApiModule,
      imports: [KeyRotationModule.forRoot()],
      controllers: [KeysController],
      providers: [{ provide: OPERATOR, useValue: operator }, OperatorGuard],
    };
  }
}
