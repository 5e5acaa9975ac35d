export { type TestDatabase, testDatabase, type TestRedis, testRedis } from './fixtures.js';
export { type Stack, startStack } from './stack.js';
export type { ServiceName } from './stack-services.js';
export { startUpstream, type Upstream } from './upstream.js';
