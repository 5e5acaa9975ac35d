export { httpOf, OPEN_POLICY, openHttp, subjectOf } from './auth-subjects.js';
export { type TestDatabase, testDatabase, type TestRedis, testRedis } from './fixtures.js';
export { launchStack, type Stack, type StackAccess, startStack } from './stack.js';
export type { ServiceName } from './stack-services.js';
export { releaseStores, shareStores, type TestStores } from './test-stores.js';
export { startUpstream, type Upstream, type UpstreamReply } from './upstream.js';
