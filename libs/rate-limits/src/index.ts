/**
 * What providers' answers say about their limits, which calls share a limit, and the governor that calls go through. Needs no store:
 * the server keeps buckets in Redis (`#libs/rate-governor`), runners ask the server.
 */
export type { Ask, Buckets, Report } from './buckets.js';
export { capLimits } from './domain/cap-limits.js';
export { mergeLimits, type Observation } from './domain/merge-limits.js';
export { rateLimited } from './domain/rate-limited.js';
export { Gate } from './gate.js';
export { type GovernedCall, governedOptions } from './governed-call.js';
export { GovernorMetrics } from './governor-metrics.js';
export { type Governed, type GovernorOptions, QUIET_MS } from './governed.js';
export { Governor } from './governor.js';
export { Watch } from './watch.js';
