import { DataSource, type DataSourceOptions } from 'typeorm';
import { Database, type DatabaseOptions, postgresOptions, type Sql, watchPool } from '#libs/database';
import { recordsMigrations } from './migrations/index.js';

/** Injection token of the record store's data source. */
export const RECORDS = Symbol('records-data-source');

/** The record store's own `Database`, beside the control plane's. */
export class RecordsDatabase extends Database {}

/**
 * Options of the record store's own data source, with its own migrations. Statements of a transaction that are issued together travel
 * together: waiting for each answer would cost a batch more than some of them take.
 */
export function recordsDataSourceOptions(url: string, options: Partial<Omit<DatabaseOptions, 'url'>> = {}): DataSourceOptions {
  const shared = postgresOptions({ url, poolMax: 20, ssl: false, applicationName: 'fairlead-records', ...options });
  return {
    ...shared,
    extra: { ...(shared.extra as object), pipeline: true },
    migrations: recordsMigrations,
    migrationsTableName: 'migrations_records',
  };
}

/** A replica is given up for the primary sooner than the primary is given up. */
const REPLICA_TIMEOUTS = { connectionTimeoutMillis: 2_000, query_timeout: 10_000 };

/** A read replica of the record store: opened when it is first asked, so that one that is away keeps nobody from starting. */
export class RecordsReplica implements Sql {
  #opened: Promise<DataSource> | undefined;

  constructor(
    private readonly url: string,
    private readonly options: Partial<Omit<DatabaseOptions, 'url'>> = {},
  ) {}

  async query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]> {
    this.#opened ??= this.#open();
    return new RecordsDatabase(await this.#opened).query<Row>(sql, parameters);
  }

  async close(): Promise<void> {
    const source = await this.#opened?.catch(() => undefined);
    await source?.destroy();
  }

  async #open(): Promise<DataSource> {
    const { extra, ...options } = recordsDataSourceOptions(this.url, this.options);
    try {
      const source = new DataSource({ ...options, extra: { ...(extra as object), ...REPLICA_TIMEOUTS } });
      return watchPool(await source.initialize(), {
        service: this.options.applicationName ?? 'fairlead-records',
        store: 'records-replica',
      });
    } catch (error) {
      this.#opened = undefined;
      throw error;
    }
  }
}
