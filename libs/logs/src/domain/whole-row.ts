import type { CopyValue } from '#libs/database';
import type { OperationRow } from '../log-store.js';
import { boundedText, toStorableJson } from './storable.js';

/** Columns of an operation that is stored once, in the order of `wholeValues`. */
export const WHOLE_COLUMNS = [
  'id',
  'type',
  'action',
  'state',
  'level',
  'message',
  'environment_id',
  'environment_name',
  'integration_name',
  'provider',
  'connection_row_id',
  'connection_name',
  'function_name',
  'sync_id',
  'execution_id',
  'actor',
  'request',
  'response',
  'error',
  'meta',
  'created_at',
  'ended_at',
] as const;

/** What they hold of a row. */
export const wholeValues = (row: OperationRow): CopyValue[] => [
  row.id,
  row.type,
  row.action,
  row.state,
  row.level,
  row.message,
  row.environmentId,
  row.environmentName,
  row.integrationName,
  row.provider,
  row.connectionRowId,
  row.connectionName,
  row.functionName,
  row.syncId,
  row.executionId,
  json(row.actor),
  json(row.request),
  json(row.response),
  json(row.error),
  metaJson(row.meta),
  row.createdAt,
  row.endedAt,
];

const json = (value: unknown): CopyValue => (value === undefined || value === null ? null : toStorableJson(value));

const metaJson = (meta: unknown): CopyValue => (meta === undefined || meta === null ? null : boundedText(meta));
