import { type DynamicModule, Module } from '@nestjs/common';
import { LIVE_OPTIONS, type LiveOptions, LiveSockets } from './live-sockets.js';

@Module({})
export class LiveModule {
  /** The websocket of the frontend SDK, on the port of the API. Needs `ConnectModule`. */
  static forRoot(options: LiveOptions): DynamicModule {
    return { module: LiveModule, providers: [{ provide: LIVE_OPTIONS, useValue: options }, LiveSockets] };
  }
}
