export * from './execution.js';
export * from './formats.js';
export * from './internal.js';
export * from './jobs.js';
export * from './outbound.js';
export * from './persist.js';
export * from './runner.js';
