import { identityOf, type SealedColumn, sealedPrefix, type SealedRow } from '#libs/crypto';
import type { Sql } from '#libs/database';
import { countSql, pageSql, replaceSql, useSql } from './domain/column-sql.js';

/** Values of a primary key, in its order. */
export type RowKey = readonly unknown[];

export interface PageRow {
  readonly key: RowKey;
  readonly row: SealedRow;
  /** Null where the value is sealed with the key that was asked for. */
  readonly sealed: Buffer | null;
}

export interface Replacement {
  readonly key: RowKey;
  readonly old: Buffer;
  readonly new: Buffer;
}

/** How many values of a column a data key holds; id 0 are those in clear. */
export interface KeyUse {
  readonly id: number;
  readonly count: number;
}

/** Begins no value: every one is another. */
const NO_PREFIX = Buffer.alloc(0);

/** Reads and replaces the values of sealed columns, a page at a time, whoever owns them. */
export class ColumnStore {
  constructor(
    private readonly control: Sql,
    private readonly records: Sql,
  ) {}

  /** @param sealedWith rows with a value of this key come without it, or, with `onlyStale`, not at all */
  async page(column: SealedColumn, after: RowKey | null, sealedWith: number | null, onlyStale = false): Promise<PageRow[]> {
    const prefix = sealedWith === null ? NO_PREFIX : sealedPrefix(sealedWith);
    const sql = pageSql(column, after !== null, onlyStale);
    const rows = await this.#of(column).query<SealedRow & { sealed: Buffer | null }>(sql, [prefix, ...(after ?? [])]);
    return rows.map((row) => ({ key: Object.keys(column.key).map((name) => row[name]), row, sealed: row.sealed }));
  }

  /** In the order of their keys. @returns how many were replaced; the others changed meanwhile or are locked */
  async replace(column: SealedColumn, rows: readonly Replacement[]): Promise<number> {
    const [first, last] = [rows[0], rows.at(-1)];
    if (!first || !last) return 0;
    let end = 1;
    const place = (part: Buffer) => (end += part.length) - part.length;
    const parts = rows.map((row) => ({ old: identityOf(row.old), new: row.new }));
    const places = parts.map((row) => ({ old: place(row.old), new: place(row.new) }));
    const [answer] = await this.#of(column).query<{ count: number }>(replaceSql(column), [
      Buffer.concat(parts.flatMap((row) => [row.old, row.new])),
      places.map((row) => row.old),
      parts.map((row) => row.old.length),
      places.map((row) => row.new),
      parts.map((row) => row.new.length),
      ...Object.keys(column.key).map((_name, n) => rows.map((row) => row.key[n])),
      ...first.key,
      ...last.key,
    ]);
    return answer?.count ?? 0;
  }

  async count(column: SealedColumn): Promise<number> {
    return this.#count(column, countSql(column, false), []);
  }

  /** Values that are not sealed with a data key. */
  async countStale(column: SealedColumn, sealedWith: number): Promise<number> {
    return this.#count(column, countSql(column, true), [sealedPrefix(sealedWith)]);
  }

  uses(column: SealedColumn): Promise<KeyUse[]> {
    return this.#of(column).query<KeyUse>(useSql(column));
  }

  async #count(column: SealedColumn, sql: string, parameters: readonly unknown[]): Promise<number> {
    const [row] = await this.#of(column).query<{ count: number }>(sql, parameters);
    return row?.count ?? 0;
  }

  #of(column: SealedColumn): Sql {
    return column.database === 'records' ? this.records : this.control;
  }
}
