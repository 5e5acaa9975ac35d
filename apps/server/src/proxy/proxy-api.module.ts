import { type DynamicModule, Module } from '@nestjs/common';
import { ProxyLog } from './proxy-log.js';
import { ProxyController } from './proxy.controller.js';
import { PROXY_OPTIONS, type ProxyOptions } from './proxy.options.js';
import { ProxyRoute } from './proxy.route.js';
import { Proxy } from './proxy.service.js';

/** `/proxy/*`: provides `ProxyRoute`, to be put in front. Needs `ProxyTransport`, `Governor`, `Connections` and `OperationLog`. */
@Module({})
export class ProxyApiModule {
  static forRoot(options: ProxyOptions): DynamicModule {
    return {
      module: ProxyApiModule,
      controllers: [ProxyController],
      providers: [{ provide: PROXY_OPTIONS, useValue: options }, Proxy, ProxyLog, ProxyRoute],
    };
  }
}
