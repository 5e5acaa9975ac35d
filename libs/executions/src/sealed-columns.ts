import type { SealedColumn } from '#libs/crypto';

/** Binds what went in or came out to its execution. */
export const executionAad = (column: 'input' | 'output', id: string): string => `executions.${column}:${id}`;

const ledger = (value: 'input' | 'output'): SealedColumn => ({
  name: `executions.${value}`,
  database: 'control',
  table: 'executions',
  value,
  key: { id: 'uuid' },
  aad: ({ id }) => executionAad(value, id as string),
});

/** Every column of this lib that holds sealed values. */
export const executionsSealedColumns: readonly SealedColumn[] = [ledger('input'), ledger('output')];
