/** Ways to authenticate at providers: getting credentials and keeping them alive (spec/auth.md §2-4). No database, no Redis. */
export { type AuthConfig, authEnv } from './auth.config.js';
export { AuthModes } from './auth-modes.js';
export { AuthModule } from './auth.module.js';
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
export { dueAt, expiryOf, type Freshness, tokenFreshness } from './domain/token-freshness.js';
export { openModes } from './modes.js';
export { TokenHttp, type TokenHttpOptions } from './http/token-http.js';
export type { TokenReply, TokenRequest } from './http/token-http.types.js';
export { renewAppJwt } from './github/installation.js';
export { type ClientToRegister, registerClient } from './mcp/register-client.js';
export { runPostConnection, runPreDeletion } from './post-connection/provider-scripts.js';
