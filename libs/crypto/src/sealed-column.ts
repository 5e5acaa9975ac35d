/** Values a query answers, by column. */
export type SealedRow = Readonly<Record<string, unknown>>;

/** SQL types a key may have. */
type KeyType = 'int' | 'bigint' | 'text' | 'uuid';

/**
 * A column of sealed values, declared by the lib that owns the table, so that every value can be found again when keys are rotated.
 */
export interface SealedColumn {
  /** `table.column`, as in the associated data. */
  readonly name: string;
  readonly database: 'control' | 'records';
  readonly table: string;
  readonly value: string;
  /** The primary key, in its order. */
  readonly key: Readonly<Record<string, KeyType>>;
  /** Further columns the associated data is made of. */
  readonly more?: readonly string[];
  /** Null for values that expire within hours: they are left to expire under the key they have. */
  readonly aad: ((row: SealedRow) => string) | null;
}
