export { type TestDatabase, testDatabase, type TestRedis, testRedis } from './fixtures.js';
export { type Stack, type StackAccess, type StackOptions, startStack } from './stack.js';
export type { StackRedis } from './stack-redis.js';
export type { ServiceName, StackMode } from './stack-services.js';
export { startUpstream, type Upstream, type UpstreamHandler, type UpstreamReply, type UpstreamRequest } from './upstream.js';
