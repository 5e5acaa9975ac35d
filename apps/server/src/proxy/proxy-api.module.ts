import { Module } from '@nestjs/common';
import { ProxyLog } from './proxy-log.js';
import { ProxyController } from './proxy.controller.js';
import { ProxyRoute } from './proxy.route.js';
import { Proxy } from './proxy.service.js';

/** `/proxy/*`: provides `ProxyRoute`, to be put in front. Needs `ProxyTransport`, `Connections` and `OperationLog`. */
@Module({ controllers: [ProxyController], providers: [Proxy, ProxyLog, ProxyRoute] })
export class ProxyApiModule {}
