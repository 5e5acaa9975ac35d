/** Webhooks to customers (spec/api.md §6): signed, tried up to three times, never lost once accepted. */
export { deliveriesEnv } from './deliveries.config.js';
export { DeliveriesModule } from './deliveries.module.js';
export { Deliveries } from './deliveries.service.js';
export type { DeliveryType, NewDelivery } from './deliveries.types.js';
