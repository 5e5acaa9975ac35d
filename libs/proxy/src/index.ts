/**
 * Requests to providers with the credentials of a connection: `buildRequest` says what is sent, `ProxyTransport` sends it
 * (spec/auth.md §6). The server's proxy and the runner use the same code.
 */
export { attemptMessage, loggedHeaders, loggedRequest } from './domain/attempt-message.js';
export { buildRequest, type BuildOptions } from './domain/build-request.js';
export { HOP_BY_HOP } from './domain/caller-headers.js';
export type { OutboundRequest, ProxyCall, RequestBody } from './domain/outbound-request.js';
export { needsWholeBody } from './domain/prepared-connection.js';
export { afterMs, atMs, type AttemptOutcome, type RetryDecision, type RetryOptions } from './domain/retry-decision.js';
export type { Params } from './domain/target-url.js';
export { credentialTester, type CredentialVerdict, type SendTest, type VerificationScript } from './credential-tester.js';
export { ProxyModule } from './proxy.module.js';
export { type Attempt, ProxyTransport, type SendOptions } from './transport.js';
export { UpstreamResponse } from './upstream-response.js';
