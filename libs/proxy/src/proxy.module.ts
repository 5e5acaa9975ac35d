import { type DynamicModule, Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { createOutboundDispatcher, type OutboundConfig, parseOutboundPolicy } from '#libs/outbound';
import { patienceOf, type ProxyConfig } from './proxy.config.js';
import { ProxyTransport } from './transport.js';

@Global()
@Module({})
export class ProxyModule implements OnApplicationShutdown {
  constructor(@Inject(ProxyTransport) private readonly transport: ProxyTransport) {}

  /** Provides `ProxyTransport` under the policy of the environment. */
  static forRoot(config: OutboundConfig & Partial<ProxyConfig>): DynamicModule {
    return {
      module: ProxyModule,
      providers: [{ provide: ProxyTransport, useFactory: () => openTransport(config) }],
      exports: [ProxyTransport],
    };
  }

  onApplicationShutdown(): Promise<void> {
    return this.transport.close();
  }
}

/** A transport with a dispatcher of its own, under the policy that the environment's variables describe. */
export function openTransport(config: OutboundConfig & Partial<ProxyConfig>): ProxyTransport {
  const policy = parseOutboundPolicy(config);
  return new ProxyTransport(createOutboundDispatcher(policy), policy, patienceOf(config));
}
