/** Ways to authenticate at providers: getting credentials and keeping them alive (spec/auth.md §2-4). No database, no Redis. */
export { AuthModes } from './auth-modes.js';
export type {
  AuthMode,
  AuthSubject,
  BeginRequest,
  Begun,
  Credentials,
  FinishRequest,
  IntegrationCredentials,
  Minted,
  MintInput,
} from './auth.types.js';
export { expiryOf, type Freshness, marginOf, tokenFreshness } from './domain/token-freshness.js';
