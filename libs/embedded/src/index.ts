export { saysDamaged } from './domain/log-reason.js';
export { commandOf, endLeftover, isAlive } from './leftovers.js';
export { type ManagedProcess, type ProcessExit, startProcess } from './managed-process.js';
export { freePort, freePorts, isPortFree } from './ports.js';
export { type EmbeddedPostgres, startPostgres } from './postgres.js';
export { type EmbeddedRedis, launchRedis, redisUrl, startRedis } from './redis.js';
export { redisProgram } from './redis-program.js';
export { newStackSecrets, stackSecrets, type StackSecrets } from './stack-secrets.js';
export { type Supervised, supervise } from './supervisor.js';
