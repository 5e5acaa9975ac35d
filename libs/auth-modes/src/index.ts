/** What every way to authenticate can do, and which one a provider has (spec/auth.md §2, §4). */
export { AuthModes } from './auth-modes.js';
export type {
  AuthMode,
  AuthSubject,
  BeginRequest,
  Begun,
  Credentials,
  FinishRequest,
  Freshness,
  IntegrationCredentials,
  Introspection,
  Minted,
  MintInput,
} from './auth.types.js';
export { overriddenScopes, scopesOf } from './domain/scopes.js';
export { dueAt, expiryOf, marginOf, tokenFreshness } from './domain/token-freshness.js';
