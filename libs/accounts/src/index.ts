export { presetApiKeys, provisioningEnv } from './accounts.config.js';
export { AccountsModule } from './accounts.module.js';
export { type Caller, CurrentCaller } from './caller.js';
export { hashApiKey } from './domain/api-key.js';
export { hasScope } from './domain/scopes.js';
export { EnvironmentSettings, type EnvironmentSummary, type WebhookChanges } from './environment-settings.service.js';
export { type Environment, Environments, type WebhookSettings } from './environments.service.js';
export { provision } from './provisioning.js';
