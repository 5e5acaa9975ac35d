import { Global, Module } from '@nestjs/common';
import { ConnectionEvents } from './connection-events.js';
import { OnEvents } from './on-events.service.js';

/** Provides `OnEvents`; needs `Database`, `ExecutionsModule`, `FunctionsModule` and `LogsModule`. */
@Global()
@Module({ providers: [OnEvents], exports: [OnEvents] })
export class OnEventsModule {}

/** Runs functions as connections come; needs `OnEventsModule` and `CredentialsModule`. */
@Module({ providers: [ConnectionEvents] })
export class ConnectionEventsModule {}
