/** Webhooks about credentials: connected, reconnected, refresh failed, refresh works again (spec/api.md §6.3). */
export { AuthWebhooks, type AuthEventScope } from './auth-webhooks.service.js';
export { AuthWebhooksModule } from './auth-webhooks.module.js';
export type { AuthEvent, AuthOperation } from './domain/auth-event.js';
