export * from './abort-with.js';
export * from './backoff.js';
export * from './config.js';
export * from './errors.js';
export * from './ids.js';
export * from './in-time.js';
export * from './secret.js';
export * from './thrown.js';
