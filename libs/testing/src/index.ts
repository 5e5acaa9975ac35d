export { httpOf, OPEN_POLICY, openHttp, subjectOf } from './auth-subjects.js';
export { type TestDatabase, testDatabase, type TestRedis, testRedis } from './fixtures.js';
export { type Link, openLink } from './link.js';
export { countStatements, type StatementCounts } from './statements.js';
export { launchStack, type Stack, type StackAccess, startStack } from './stack.js';
export { type StackRedis, startStackRedis } from './stack-redis.js';
export type { ServiceName } from './stack-services.js';
export { releaseStores, shareStores, type TestStores } from './test-stores.js';
export { startUpstream, type Upstream } from './upstream.js';
