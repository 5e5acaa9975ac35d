import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { bulkLoad, type LoadTarget } from './bulk-load.js';

/** Parametrised SQL (`$1`, `$2`, …), alone or inside a transaction. */
export interface Sql {
  /** Answers the rows of a SELECT or of a RETURNING clause. */
  query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
}

/** One transaction: its SQL, and what to do once it has committed. */
export interface Transaction extends Sql {
  /** Runs after the commit, in order; never when the transaction fails. Work is enqueued here, not inside. */
  afterCommit(action: () => Promise<unknown> | void): void;
}

type Queryable = { query(sql: string, parameters?: unknown[]): Promise<unknown> };

/** Runs a statement of TypeORM's. @returns the rows of a SELECT or of a RETURNING clause */
export const queryRows = async <Row>(on: Queryable, sql: string, parameters: readonly unknown[] = []): Promise<Row[]> => {
  const result = await on.query(sql, [...parameters]);
  return isRowsWithCount(result) ? (result[0] as Row[]) : (result as Row[]);
};

/** TypeORM answers UPDATE and DELETE with `[rows, count]`, everything else with the rows alone. */
const isRowsWithCount = (result: unknown): result is [unknown[], number] =>
  Array.isArray(result) && result.length === 2 && Array.isArray(result[0]) && typeof result[1] === 'number';

/** The one door to the control plane's database. */
@Injectable()
export class Database implements Sql {
  constructor(private readonly source: DataSource) {}

  query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]> {
    return queryRows(this.source, sql, parameters);
  }

  /** Loads rows into a table at once, or none of them; they may be lost when the database crashes within a moment. See `bulkLoad`. */
  load(target: LoadTarget, text: string): Promise<void> {
    return bulkLoad(this.source, target, text);
  }

  /** Runs `work` in one transaction, then what it left for after the commit. */
  async transaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    const actions: (() => Promise<unknown> | void)[] = [];
    const result = await this.source.transaction((manager) =>
      work({
        query: (sql, parameters) => queryRows(manager, sql, parameters),
        afterCommit: (action) => void actions.push(action),
      }),
    );
    for (const action of actions) await action();
    return result;
  }
}
