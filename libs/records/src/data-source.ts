import type { DataSourceOptions } from 'typeorm';
import { Database, type DatabaseOptions, postgresOptions } from '#libs/database';
import { recordsMigrations } from './migrations/index.js';

/** Injection token of the record store's data source. */
export const RECORDS = Symbol('records-data-source');

/** The record store's own `Database`, beside the control plane's. */
export class RecordsDatabase extends Database {}

/** Options of the record store's own data source, with its own migrations. */
export function recordsDataSourceOptions(url: string, options: Partial<Omit<DatabaseOptions, 'url'>> = {}): DataSourceOptions {
  return {
    ...postgresOptions({ url, poolMax: 20, ssl: false, applicationName: 'fairlead-records', ...options }),
    migrations: recordsMigrations,
    migrationsTableName: 'migrations_records',
  };
}
