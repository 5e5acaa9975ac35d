export { databaseEnv, databaseOptions } from './database.config.js';
export { DatabaseModule } from './database.module.js';
export { type DatabaseOptions, openDataSource, postgresOptions } from './data-source.js';
export { LeaderLease } from './leader-lease.js';
export { controlPlaneMigrations } from './migrations/index.js';
export { Database, type Sql, type Transaction } from './database.js';
export { copyLine, type CopyValue } from './domain/copy-text.js';
export { isDuplicate } from './domain/duplicate.js';
export { type PoolName, watchPool } from './pool-metrics.js';
