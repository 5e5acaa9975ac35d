import { type DynamicModule, Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Outbound, type OutboundConfig, type OutboundOptions, parseOutboundPolicy } from '#libs/outbound';
import type { ProxyConfig } from './proxy.config.js';
import { sendLimits } from './send-limits.js';
import { ProxyTransport } from './transport.js';

/** Where requests may go, and how long and how often they are tried; the usual bounds where nothing is said. */
export type TransportConfig = OutboundConfig & Partial<ProxyConfig>;

@Global()
@Module({})
export class ProxyModule implements OnApplicationShutdown {
  constructor(@Inject(ProxyTransport) private readonly transport: ProxyTransport) {}

  /** Provides `ProxyTransport` under the policy of the environment. */
  static forRoot(config: TransportConfig, options?: OutboundOptions): DynamicModule {
    return {
      module: ProxyModule,
      providers: [{ provide: ProxyTransport, useFactory: () => openTransport(config, options) }],
      exports: [ProxyTransport],
    };
  }

  onApplicationShutdown(): Promise<void> {
    return this.transport.close();
  }
}

/** A transport with connections of its own, under the policy and bounds that the environment's variables describe: the one way to make one. */
export const openTransport = (config: TransportConfig, options?: OutboundOptions): ProxyTransport =>
  new ProxyTransport(new Outbound(parseOutboundPolicy(config), options), sendLimits(config));
