import { DataSource, type DataSourceOptions, type MigrationInterface } from 'typeorm';
import { presetApiKeys, provision } from '#libs/accounts';
import { announce, connectRedis, type Tag } from '#libs/cache';
import { loadCipher, loadRootKeys } from '#libs/crypto';
import { controlPlaneMigrations, Database, postgresOptions } from '#libs/database';
import { LedgerPartitions } from '#libs/executions';
import { loadConfig } from '#libs/kernel';
import { ensureFirstKey } from '#libs/key-rotation';
import { logsMigrations } from '#libs/logs';
import { recordsMigrations } from '#libs/records';
import { migrateConfig } from './migrate.config.js';

/** Any number; the same for every process that migrates, so that they take turns. */
const MIGRATION_LOCK = 4_208_251;

/**
 * Brings every schema up to date and provisions what a new installation needs: days of the ledger, data key, first account, `dev` and
 * `prod`, preset API keys. Idempotent; processes that run it at once take turns.
 * @throws ConfigError when the environment is wrong or a root key is missing
 */
export async function migrateAll(env: NodeJS.ProcessEnv): Promise<void> {
  const config = loadConfig(migrateConfig, env);
  const presetKeys = presetApiKeys(env);
  const roots = await loadRootKeys(config);
  const ssl = config.NANGO_DB_SSL === 'true';
  const control = await open(config.NANGO_DATABASE_URL, ssl);
  try {
    const changed = await control.transaction(async (lock) => {
      await lock.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
      await migrate(config.NANGO_DATABASE_URL, ssl, 'migrations', controlPlaneMigrations);
      await migrate(config.NANGO_DATABASE_URL, ssl, 'migrations_logs', logsMigrations);
      await migrate(config.RECORDS_DATABASE_URL ?? config.NANGO_DATABASE_URL, ssl, 'migrations_records', recordsMigrations);
      // Before anything runs, so that the first rows of the ledger have their days too.
      await new LedgerPartitions(new Database(control)).ensure(new Date());
      await ensureFirstKey(control, roots);
      return provision(control, await loadCipher(control, roots), presetKeys);
    });
    if (changed.length > 0 && config.NANGO_REDIS_URL !== undefined) await tell(config.NANGO_REDIS_URL, changed);
  } finally {
    await control.destroy();
  }
}

/** Preset keys that were replaced stop working on services that run. Where Redis is away those notice, and ask the database each second. */
async function tell(redisUrl: string, changed: readonly Tag[]): Promise<void> {
  const redis = connectRedis(redisUrl, 'migrate');
  try {
    await announce(redis, changed);
  } finally {
    redis.disconnect();
  }
}

type MigrationClass = new () => MigrationInterface;

async function migrate(url: string, ssl: boolean, table: string, migrations: readonly MigrationClass[]): Promise<void> {
  const source = await open(url, ssl, { migrations: [...migrations], migrationsTableName: table });
  try {
    await source.runMigrations();
  } finally {
    await source.destroy();
  }
}

function open(url: string, ssl: boolean, more: Partial<DataSourceOptions> = {}): Promise<DataSource> {
  const base = postgresOptions({ url, ssl, poolMax: 3, applicationName: 'fairlead-migrate' });
  return new DataSource({ ...base, ...more } as DataSourceOptions).initialize();
}
