/** Connecting accounts: sessions, browser flows, forms, and their results (spec/auth.md §2.1, §3). */
export { BrowserFlows, type FinishedFlow, type Returned } from './browser-flows.service.js';
export { ClientIdentities, type ClientIdentity } from './client-identities.service.js';
export { ConnectModule, type ConnectModuleOptions } from './connect.module.js';
export { ConnectUpkeep } from './connect-upkeep.js';
export { ConnectSessions, type IssuedSession, type NewSession } from './connect-sessions.service.js';
export type {
  BegunFlow,
  BrowserRequest,
  Connected,
  ConnectRequest,
  ConnectTarget,
  DirectRequest,
  LiveMessage,
} from './connect.types.js';
export { DirectFlows } from './direct-flows.service.js';
export { describe as describeError, type ErrorType, errorTypeOf } from './domain/error-type.js';
export { LiveResults } from './live-results.js';
export type { PostConnection } from './post-connection.js';
