export { accountsEnv, presetApiKeys, provisioningEnv } from './accounts.config.js';
export { AccountsModule } from './accounts.module.js';
export { type Caller, CurrentCaller } from './caller.js';
export type { ConnectSession, IntegrationDefaults } from './connect-session.js';
export { hashApiKey, readBearer } from './domain/api-key.js';
export { hasScope } from './domain/scopes.js';
export type { ConnectUiSettings } from './domain/connect-ui-settings.js';
export { EnvironmentPolicies, type GovernedEnvironment } from './environment-policies.service.js';
export {
  type ConnectChanges,
  EnvironmentSettings,
  type EnvironmentSummary,
  type WebhookChanges,
} from './environment-settings.service.js';
export { type Environment, Environments, type WebhookSettings } from './environments.service.js';
export { KeyAccess } from './key-access.service.js';
export { provision } from './provisioning.js';
export { accountsSealedColumns } from './sealed-columns.js';
export { SESSION_CALLERS, type SessionCallers } from './session-callers.js';
