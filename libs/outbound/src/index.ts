/** Which addresses Fairlead may call, and connections that hold to it (spec/auth.md §6.8, design §5). */
export { decideHost, plainUrl } from './domain/hosts.js';
export type { OutboundPolicy } from './domain/policy.js';
export { parseOauthPolicy, parseOutboundPolicy } from './domain/outbound-policy.js';
export { type Redirect, type Redirected, redirectOf } from './domain/redirects.js';
export type { Verdict } from './domain/verdict.js';
export { type ClientCertificate, createOutboundDispatcher } from './dispatcher.js';
export { type OauthOutboundConfig, oauthOutboundEnv, type OutboundConfig, outboundEnv } from './outbound.config.js';
export { Outbound, type OutboundOptions } from './outbound.js';
export { type IdentifiedCertificate, OutboundConnections } from './outbound-connections.js';
export { RefusedAddress } from './refused-address.js';
export type { Resolve } from './resolver.js';
