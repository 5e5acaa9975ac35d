import { type DynamicModule, Module } from '@nestjs/common';
import type { OutboundPolicy } from '#libs/outbound';
import { DeliveriesRepository } from './deliveries.repository.js';
import { Deliveries } from './deliveries.service.js';
import { RETRY_DELAYS_MS } from './domain/attempts.js';
import { DELIVERIES_OPTIONS, type DeliveriesOptions, WebhookSender } from './webhook-sender.js';

@Module({})
export class DeliveriesModule {
  /** Provides `Deliveries` everywhere; needs `Database`, `AccountsModule`, `LogsModule` and `QueuesModule`. */
  static forRoot(options: { readonly timeoutMs: number; readonly policy: OutboundPolicy }): DynamicModule {
    const all: DeliveriesOptions = { retryDelaysMs: RETRY_DELAYS_MS, ...options };
    return {
      module: DeliveriesModule,
      global: true,
      providers: [{ provide: DELIVERIES_OPTIONS, useValue: all }, Deliveries, DeliveriesRepository, WebhookSender],
      exports: [Deliveries],
    };
  }
}
