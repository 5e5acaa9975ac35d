import { type DynamicModule, Module } from '@nestjs/common';
import { ConnectSessionsController } from './connect-sessions.controller.js';
import { CONNECT_API_OPTIONS, type ConnectApiOptions, SessionViews } from './session-views.js';
import { TelemetryController } from './telemetry.controller.js';

@Module({})
export class ConnectApiModule {
  /** `/connect`. Needs `ConnectModule`. */
  static forRoot(options: ConnectApiOptions): DynamicModule {
    return {
      module: ConnectApiModule,
      controllers: [ConnectSessionsController, TelemetryController],
      providers: [{ provide: CONNECT_API_OPTIONS, useValue: options }, SessionViews],
    };
  }
}
