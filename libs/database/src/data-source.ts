import type { DataSourceOptions } from 'typeorm';

export interface DatabaseOptions {
  readonly url: string;
  readonly poolMax: number;
  readonly ssl: boolean;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
}

/** Options every data source of Fairlead shares: no extension, no synchronisation, no state in a session. */
export function postgresOptions(options: DatabaseOptions): DataSourceOptions {
  return {
    type: 'postgres',
    url: options.url,
    ssl: options.ssl ? { rejectUnauthorized: false } : false,
    applicationName: options.applicationName,
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    parseInt8: true,
    synchronize: false,
    migrationsTransactionMode: 'each',
    extra: {
      max: options.poolMax,
      connectionTimeoutMillis: 10_000,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
    },
  };
}
