import { accountsSealedColumns } from '#libs/accounts';
import { credentialsSealedColumns } from '#libs/credentials';
import type { SealedColumn } from '#libs/crypto';
import { executionsSealedColumns } from '#libs/executions';
import { functionJobsSealedColumns } from '#libs/function-jobs';
import { recordsSealedColumns } from '#libs/records';

/** Every column of sealed values there is. A test holds it against the migrations: a new one that nobody declares fails there. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  ...accountsSealedColumns,
  ...credentialsSealedColumns,
  ...executionsSealedColumns,
  ...functionJobsSealedColumns,
  ...recordsSealedColumns,
];

/** A column whose values outlive a rotation, and so take part in it. */
export type LastingColumn = SealedColumn & { readonly aad: NonNullable<SealedColumn['aad']> };

export const LASTING_COLUMNS = SEALED_COLUMNS.filter((column): column is LastingColumn => column.aad !== null);
