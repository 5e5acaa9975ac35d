import type { SealedColumn } from '#libs/crypto';
import { payloadAad } from './sealing.js';

/** Every column of this lib that holds sealed values. */
export const recordsSealedColumns: readonly SealedColumn[] = [
  {
    name: 'records.payload',
    database: 'records',
    table: 'records.records',
    value: 'payload',
    key: { dataset_id: 'int', external_id: 'text' },
    aad: (row) => payloadAad(row['dataset_id'] as number, row['external_id'] as string),
  },
];
