/** Providers' rate limits, kept by all replicas together in Redis. */
export { governorOptions, rateGovernorEnv } from './rate-governor.config.js';
export { RateGovernorModule } from './rate-governor.module.js';
