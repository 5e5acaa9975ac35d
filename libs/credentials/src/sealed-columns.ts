import type { SealedColumn } from '#libs/crypto';
import { place, type SealedJsonColumn } from './sealing.js';

const json = (name: SealedJsonColumn): SealedColumn => {
  const [table, value] = name.split('.') as [string, string];
  const aad: SealedColumn['aad'] = (row) => place(name, row['environment_id'] as number, row['id'] as number);
  return { name, database: 'control', table, value, key: { id: 'int' }, more: ['environment_id'], aad };
};

const shortLived = (table: string): SealedColumn => ({
  name: `${table}.sealed`,
  database: 'control',
  table,
  value: 'sealed',
  key: {},
  aad: null,
});

/** Every column of this lib that holds sealed values. */
export const credentialsSealedColumns: readonly SealedColumn[] = [
  json('connections.credentials'),
  json('connections.secret_config'),
  json('integrations.credentials'),
  json('integrations.custom'),
  shortLived('oauth_states'),
  shortLived('connect_sessions'),
];
