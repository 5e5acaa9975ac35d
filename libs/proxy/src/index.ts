/**
 * Requests to providers with the credentials of a connection: `buildRequest` says what is sent, `ProxyTransport` sends it
 * (spec/auth.md §6). The server's proxy and the runner use the same code.
 */
export { attemptMessage, loggedRequest, loggedResponse, waitMessage } from './domain/attempt-message.js';
export { HOP_BY_HOP } from './domain/caller-headers.js';
export type { OutboundRequest, ProxyCall, RequestBody } from './domain/outbound-request.js';
export { needsWholeBody } from './domain/prepared-connection.js';
export { afterMs, atMs, type AttemptOutcome, type RetryDecision, type RetryOptions } from './domain/retry-decision.js';
export { secretsOfLease } from './domain/secrets.js';
export type { Params } from './domain/target-url.js';
export type { EndSignal } from './call-clock.js';
export { credentialTester, type CredentialVerdict, type SendTest, type VerificationScript } from './credential-tester.js';
export { RETRY_HEADER, type RetryRefusal, retryHeaderValue } from './domain/retry-refusal.js';
export { proxyEnv, type ProxyConfig } from './proxy.config.js';
export { openTransport, ProxyModule, type TransportConfig } from './proxy.module.js';
export { renewal } from './renewal.js';
export type { Attempt } from './domain/attempt.js';
export type { SendOptions } from './send-options.js';
export { ProxyTransport } from './transport.js';
export { UpstreamResponse } from './upstream-response.js';
