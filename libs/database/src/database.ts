import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { bulkLoad, type LoadTarget } from './bulk-load.js';
import { unavailable } from './domain/away.js';

/** Parametrised SQL (`$1`, `$2`, …), alone or inside a transaction. */
export interface Sql {
  /** Answers the rows of a SELECT or of a RETURNING clause. */
  query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
}

/** One transaction: its SQL, and what to do once it has committed. */
export interface Transaction extends Sql {
  /** Runs after the commit, in order; never when the transaction fails. Work is enqueued here, not inside. */
  afterCommit(action: () => Promise<unknown> | void): void;
  /** Runs when the transaction has failed, whether or not it may have been carried out. It must not throw. */
  afterRollback(action: () => Promise<unknown> | void): void;
}

type Action = () => Promise<unknown> | void;
type Queryable = { query(sql: string, parameters?: unknown[]): Promise<unknown> };

const run = async <Row>(on: Queryable, sql: string, parameters: readonly unknown[] = []): Promise<Row[]> => {
  const result = await answered(on.query(sql, [...parameters]));
  return isRowsWithCount(result) ? (result[0] as Row[]) : (result as Row[]);
};

/** @throws AppError `database_unavailable` for want of the database, else what the driver throws */
async function answered<Result>(statement: Promise<Result>): Promise<Result> {
  try {
    return await statement;
  } catch (error) {
    throw unavailable(error);
  }
}

/** TypeORM answers UPDATE and DELETE with `[rows, count]`, everything else with the rows alone. */
const isRowsWithCount = (result: unknown): result is [unknown[], number] =>
  Array.isArray(result) && result.length === 2 && Array.isArray(result[0]) && typeof result[1] === 'number';

/** The one door to the control plane's database. Whatever it is asked while the database is away fails with `database_unavailable`. */
@Injectable()
export class Database implements Sql {
  constructor(private readonly source: DataSource) {}

  query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]> {
    return run(this.source, sql, parameters);
  }

  /** Loads rows into a table at once, or none of them; they may be lost when the database crashes within a moment. See `bulkLoad`. */
  load(target: LoadTarget, text: string): Promise<void> {
    return answered(bulkLoad(this.source, target, text));
  }

  /** Runs `work` in one transaction, then what it left for after the commit. */
  async transaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    const [committed, failed]: [Action[], Action[]] = [[], []];
    const hooks = {
      afterCommit: (action: Action) => void committed.push(action),
      afterRollback: (action: Action) => void failed.push(action),
    };
    try {
      const result = await this.#transaction((sql) => work({ ...sql, ...hooks }));
      failed.length = 0;
      for (const action of committed) await action();
      return result;
    } catch (error) {
      for (const action of failed) await action();
      throw error;
    }
  }

  /** Failures of `work` are its own, whatever they look like; those of the transaction around it are the database's. */
  async #transaction<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result> {
    let failed: { readonly with: unknown } | undefined;
    try {
      return await this.source.transaction((manager) =>
        work({ query: (sql, parameters) => run(manager, sql, parameters) }).catch((error: unknown) => {
          failed = { with: error };
          throw error;
        }),
      );
    } catch (error) {
      throw failed?.with === error ? error : unavailable(error);
    }
  }
}
