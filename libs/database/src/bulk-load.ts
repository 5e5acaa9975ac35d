import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { DataSource, QueryRunner } from 'typeorm';
import { isDuplicate } from './domain/duplicate.js';

/** Where rows are loaded. */
export interface LoadTarget {
  /** With its schema. */
  readonly table: string;
  readonly columns: readonly string[];
}

/**
 * Loads rows by COPY, all of them or none, for a fraction of what an INSERT costs; rows that are there already stay as they are. The
 * commit does not wait for the disk: a crash of the database may lose the last moment's rows, never damage them.
 * @param text lines of `copyLine`, with a value for each column
 */
export async function bulkLoad(source: DataSource, target: LoadTarget, text: string): Promise<void> {
  try {
    await unhurried(source, (runner, client) => copy(client, target.table, target.columns, text));
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    await unhurried(source, (runner, client) => loadNew(runner, client, target, text));
  }
}

async function unhurried(source: DataSource, work: (runner: QueryRunner, client: ClientBase) => Promise<void>): Promise<void> {
  await using runner = source.createQueryRunner();
  const client = (await runner.connect()) as ClientBase;
  await runner.startTransaction();
  try {
    await runner.query('SET LOCAL synchronous_commit TO off');
    await work(runner, client);
    await runner.commitTransaction();
  } catch (error) {
    await runner.rollbackTransaction().catch(() => undefined); // the connection may be gone; its transaction is gone with it
    throw error;
  }
}

/** By way of a table of its own: COPY itself knows no conflicts. */
async function loadNew(runner: QueryRunner, client: ClientBase, { table, columns }: LoadTarget, text: string): Promise<void> {
  const names = columns.join(', ');
  await runner.query(`CREATE TEMPORARY TABLE bulk_load (LIKE ${table} INCLUDING DEFAULTS) ON COMMIT DROP`);
  await copy(client, 'bulk_load', columns, text);
  await runner.query(`INSERT INTO ${table} (${names}) SELECT ${names} FROM bulk_load ON CONFLICT DO NOTHING`);
}

function copy(client: ClientBase, table: string, columns: readonly string[], text: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stream = client.query(copyFrom(`COPY ${table} (${columns.join(', ')}) FROM STDIN`));
  stream.once('finish', resolve).once('error', reject).end(text);
  return promise;
}
