import { Module } from '@nestjs/common';
import { ProxyLog } from './proxy-log.js';
import { ProxyController } from './proxy.controller.js';
import { Proxy } from './proxy.service.js';

/** `/proxy/*`. Needs `ProxyTransport`, `Governor`, `Connections` and `OperationLog`. */
@Module({ controllers: [ProxyController], providers: [Proxy, ProxyLog] })
export class ProxyApiModule {}
