import type { SealedColumn } from '#libs/crypto';
import { variableAad } from './environments.service.js';
import { hmacKeyAad, signingKeyAad } from './provisioning.js';

const environments = { database: 'control', table: 'environments', key: { id: 'int' }, more: ['uuid'] } as const;

/** Every column of this lib that holds sealed values. */
export const accountsSealedColumns: readonly SealedColumn[] = [
  {
    ...environments,
    name: 'environments.webhook_signing_key',
    value: 'webhook_signing_key',
    aad: ({ uuid }) => signingKeyAad(uuid as string),
  },
  { ...environments, name: 'environments.hmac_key', value: 'hmac_key', aad: ({ uuid }) => hmacKeyAad(uuid as string) },
  {
    name: 'environment_variables.value',
    database: 'control',
    table: 'environment_variables',
    value: 'value',
    key: { environment_id: 'int', name: 'text' },
    aad: (row) => variableAad(row['environment_id'] as number, row['name'] as string),
  },
];
