import type { CopyValue } from '#libs/database';
import type { OperationRow } from '../log-store.js';
import { toStorableJson } from './storable.js';

type Column = readonly [name: string, value: (row: OperationRow) => CopyValue];

const json = (value: unknown): CopyValue => (value === undefined || value === null ? null : toStorableJson(value));

/** Columns of an operation that is stored once, and what they hold of it. */
const COLUMNS: readonly Column[] = [
  ['id', (row) => row.id],
  ['type', (row) => row.type],
  ['action', (row) => row.action],
  ['state', (row) => row.state],
  ['level', (row) => row.level],
  ['message', (row) => row.message],
  ['environment_id', (row) => row.environmentId],
  ['environment_name', (row) => row.environmentName],
  ['integration_name', (row) => row.integrationName],
  ['provider', (row) => row.provider],
  ['connection_row_id', (row) => row.connectionRowId],
  ['connection_name', (row) => row.connectionName],
  ['function_name', (row) => row.functionName],
  ['sync_id', (row) => row.syncId],
  ['execution_id', (row) => row.executionId],
  ['actor', (row) => json(row.actor)],
  ['request', (row) => json(row.request)],
  ['response', (row) => json(row.response)],
  ['error', (row) => json(row.error)],
  ['meta', (row) => json(row.meta)],
  ['created_at', (row) => row.createdAt],
  ['expires_at', (row) => row.expiresAt],
  ['ended_at', (row) => row.endedAt],
];

export const WHOLE_COLUMNS: readonly string[] = COLUMNS.map(([name]) => name);

export const wholeValues = (row: OperationRow): CopyValue[] => COLUMNS.map(([, value]) => value(row));
