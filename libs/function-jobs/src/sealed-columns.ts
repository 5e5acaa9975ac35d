import type { SealedColumn } from '#libs/crypto';

/** Ties a sealed value to its job. */
export const functionJobAad = (column: 'given' | 'outcome', id: string): string => `function_jobs.${column}:${id}`;

const column = (value: 'given' | 'outcome'): SealedColumn => ({
  name: `function_jobs.${value}`,
  database: 'control',
  table: 'function_jobs',
  value,
  key: { id: 'uuid' },
  aad: ({ id }) => functionJobAad(value, id as string),
});

/** Columns of sealed values that this lib owns. */
export const functionJobsSealedColumns: readonly SealedColumn[] = [column('given'), column('outcome')];
