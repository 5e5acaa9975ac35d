import { type DynamicModule, Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Outbound, type OutboundConfig, type OutboundOptions, parseOutboundPolicy } from '#libs/outbound';
import { ProxyTransport } from './transport.js';

@Global()
@Module({})
export class ProxyModule implements OnApplicationShutdown {
  constructor(@Inject(ProxyTransport) private readonly transport: ProxyTransport) {}

  /** Provides `ProxyTransport` under the policy of the environment. */
  static forRoot(config: OutboundConfig, options?: OutboundOptions): DynamicModule {
    const open = () => new ProxyTransport(new Outbound(parseOutboundPolicy(config), options));
    return {
      module: ProxyModule,
      providers: [{ provide: ProxyTransport, useFactory: open }],
      exports: [ProxyTransport],
    };
  }

  onApplicationShutdown(): Promise<void> {
    return this.transport.close();
  }
}
