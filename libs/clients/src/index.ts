/** Typed HTTP clients between services, made from the contracts. */
export { type ExecuteOptions, RunnerClient } from './runner-client.js';
