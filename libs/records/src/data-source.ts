import type { Duplex } from 'node:stream';
import { DataSource, type DataSourceOptions, type QueryRunner } from 'typeorm';
import { Database, type DatabaseOptions, postgresOptions, queryRows, type Sql, watchPool } from '#libs/database';
import { writeTogether } from '#libs/kernel';
import { recordsMigrations } from './migrations/index.js';

/** Injection token of the record store's data source. */
export const RECORDS = Symbol('records-data-source');

/** What a transaction answers, and those of its statements that are still on their way, in their order. */
export interface Sent<Result> {
  readonly result: Result;
  readonly writing: readonly Promise<unknown>[];
}

/** A connection that is held, and what is written to it. */
export interface Line {
  readonly runner: QueryRunner;
  readonly stream: Duplex;
}

/** The record store's own `Database`, beside the control plane's. */
export class RecordsDatabase extends Database {
  constructor(private readonly records: DataSource) {
    super(records);
  }

  /**
   * A transaction whose beginning travels with its first statements and whose commit with its last. `work` hears of no answer before the
   * transaction is known to have begun: it must read before it writes.
   */
  async pipelined<Result>(work: (sql: Sql) => Promise<Sent<Result>>): Promise<Result> {
    const runner = this.records.createQueryRunner();
    try {
      const { stream } = ((await runner.connect()) as { connection: { stream: Duplex } }).connection;
      return await this.#commit({ runner, stream }, work);
    } catch (error) {
      await queryRows(runner, 'ROLLBACK').catch(() => undefined); // the connection may be gone; its transaction is gone with it
      throw error;
    } finally {
      await runner.release();
    }
  }

  async #commit<Result>(line: Line, work: (sql: Sql) => Promise<Sent<Result>>): Promise<Result> {
    const begun = this.send(line, 'START TRANSACTION');
    begun.catch(() => undefined);
    const query = async <Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]> => {
      const [rows] = await Promise.all([this.send<Row>(line, sql, parameters), begun]);
      return rows;
    };
    const { result, writing } = await work({ query });
    const sent = [...writing, this.send(line, 'COMMIT')];
    // The first one that failed says why; what comes after it is refused for that. The commit of what failed undoes it.
    const failed = (await Promise.allSettled(sent)).find(({ status }) => status === 'rejected');
    if (failed) throw (failed as PromiseRejectedResult).reason;
    return result;
  }

  /** What is sent in one turn of the event loop is written at once. */
  protected send<Row>({ runner, stream }: Line, sql: string, parameters?: readonly unknown[]): Promise<Row[]> {
    writeTogether(stream);
    return queryRows<Row>(runner, sql, parameters);
  }
}

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
