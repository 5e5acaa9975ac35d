export { ConnectionAnnouncements } from './connection-announcements.js';
export { ConnectionConfigs } from './connection-configs.service.js';
export {
  type ConnectionListener,
  ConnectionListeners,
  type ConnectionRefused,
  type ConnectionSaved,
  type RefreshChanged,
} from './connection-listeners.js';
export { ConnectionSaves, type ConnectionToSave, type SavedConnection } from './connection-saves.js';
export { type ConnectionView, toConnection, toConnectionListItem, toEndUser } from './connection.presenter.js';
export { Connections, type LeaseOptions } from './connections.service.js';
export type { CredentialTest } from './credential-test.js';
export { CredentialsModule, type CredentialsOptions } from './credentials.module.js';
export type {
  Connection,
  ConnectionChanges,
  ConnectionEndUser,
  ConnectionFilters,
  ConnectionProblem,
  ConnectionRef,
  ConnectionSummary,
  Integration,
  IntegrationChanges,
  NewConnection,
  NewIntegration,
  RefreshState,
} from './credentials.types.js';
export { importedCredentials, type ImportedCredentials } from './domain/imported-credentials.js';
export { splitConfig } from './domain/secret-config.js';
export { type IntegrationInclude, type IntegrationLinks, toIntegration } from './integration.presenter.js';
export { LastFetched } from './last-fetched.js';
export { Integrations } from './integrations.service.js';
export { credentialsSealedColumns } from './sealed-columns.js';
export { keeperSetup, refreshEnv } from './refresh/keeper/keeper.config.js';
export { ConnectionCare } from './upkeep/connection-care.service.js';
export { ConnectionUpkeep, type DueConnection } from './upkeep/connection-upkeep.repository.js';
export { connectionUpkeepEnv } from './upkeep/upkeep.config.js';
