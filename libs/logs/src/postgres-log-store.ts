import { copyLine, type Database, type Sql } from '#libs/database';
import { toStorableJson } from './domain/storable.js';
import {
  type LogBatch,
  LogStore,
  type MessageRow,
  type OperationRow,
  type PackedOperation,
  type StoredOperation,
} from './log-store.js';
import { WHOLE_COLUMNS, wholeValues } from './domain/whole-row.js';
import { createPartitions, dropExpired } from './partitions.js';

const UPSERT_OPERATIONS = `INSERT INTO logs.operations AS o (id, type, action, state, level, message, environment_id, environment_name,
    integration_name, provider, connection_row_id, connection_name, function_name, sync_id, execution_id,
    actor, request, response, error, meta, created_at, expires_at, ended_at)
  SELECT id, type, action, coalesce(state, 'running'), coalesce(level, 'info'), message, "environmentId", "environmentName",
    "integrationName", provider, "connectionRowId", "connectionName", "functionName", "syncId", "executionId",
    actor, request, response, error, meta, "createdAt", "expiresAt", "endedAt"
  FROM json_to_recordset($1::json) AS r (id uuid, type text, action text, state text, level text, message text,
    "environmentId" int, "environmentName" text, "integrationName" text, provider text, "connectionRowId" int,
    "connectionName" text, "functionName" text, "syncId" uuid, "executionId" uuid, actor json, request json, response json,
    error json, meta jsonb, "createdAt" timestamptz, "expiresAt" timestamptz, "endedAt" timestamptz)
  ON CONFLICT (id) DO UPDATE SET
    state = CASE WHEN o.ended_at IS NULL AND excluded.ended_at IS NOT NULL THEN excluded.state ELSE o.state END,
    level = CASE WHEN o.ended_at IS NULL AND excluded.ended_at IS NOT NULL THEN excluded.level ELSE o.level END,
    error = CASE WHEN o.ended_at IS NULL THEN excluded.error ELSE o.error END,
    response = CASE WHEN o.ended_at IS NULL THEN excluded.response ELSE o.response END,
    ended_at = coalesce(o.ended_at, excluded.ended_at),
    meta = coalesce(o.meta || excluded.meta, o.meta, excluded.meta),
    type = coalesce(o.type, excluded.type), action = coalesce(o.action, excluded.action),
    message = coalesce(o.message, excluded.message),
    environment_id = coalesce(o.environment_id, excluded.environment_id),
    environment_name = coalesce(o.environment_name, excluded.environment_name),
    integration_name = coalesce(o.integration_name, excluded.integration_name),
    provider = coalesce(o.provider, excluded.provider),
    connection_row_id = coalesce(o.connection_row_id, excluded.connection_row_id),
    connection_name = coalesce(o.connection_name, excluded.connection_name),
    function_name = coalesce(o.function_name, excluded.function_name),
    sync_id = coalesce(o.sync_id, excluded.sync_id), execution_id = coalesce(o.execution_id, excluded.execution_id),
    actor = coalesce(o.actor, excluded.actor), request = coalesce(o.request, excluded.request),
    created_at = least(o.created_at, excluded.created_at), expires_at = coalesce(o.expires_at, excluded.expires_at),
    stored_at = clock_timestamp()`;

const INSERT_MESSAGES = `INSERT INTO logs.messages (operation_id, id, created_at, level, source, type, message, duration_ms,
    request, response, retry, error, meta)
  SELECT "operationId", id, "createdAt", level, source, type, message, "durationMs", request, response, retry, error, meta
  FROM json_to_recordset($1::json) AS r ("operationId" uuid, id uuid, "createdAt" timestamptz, level text, source text,
    type text, message text, "durationMs" double precision, request json, response json, retry json, error json, meta jsonb)
  ON CONFLICT (operation_id, id) DO NOTHING`;

const READ_OPERATION = `SELECT id, type, action, state, level, message, environment_id AS "environmentId",
    environment_name AS "environmentName", integration_name AS "integrationName", provider,
    connection_row_id AS "connectionRowId", connection_name AS "connectionName", function_name AS "functionName",
    sync_id AS "syncId", execution_id AS "executionId", actor, request, response, error, meta,
    created_at AS "createdAt", expires_at AS "expiresAt", ended_at AS "endedAt"
  FROM logs.operations WHERE id = $1`;

const READ_MESSAGES = `SELECT operation_id AS "operationId", id, created_at AS "createdAt", level, source, type, message,
    duration_ms AS "durationMs", request, response, retry, error, meta
  FROM logs.messages WHERE operation_id = $1 ORDER BY created_at, id`;

// An operation whose process died never ends by itself (spec/engine.md §5.1).
const EXPIRE = `UPDATE logs.operations SET ended_at = $1, stored_at = clock_timestamp(),
    state = CASE WHEN type = 'auth' THEN 'cancelled' ELSE 'timeout' END
  WHERE ended_at IS NULL AND expires_at < $1`;

const WHOLE_OPERATIONS = { table: 'logs.operations', columns: WHOLE_COLUMNS };

/** Operations and messages in the control plane's database, in partitions by day. */
export class PostgresLogStore extends LogStore {
  constructor(
    private readonly db: Database,
    private readonly retentionDays: number,
  ) {
    super();
  }

  /** As a line for COPY: one text, where a row would be some sixty objects that wait. */
  override pack(row: OperationRow): PackedOperation {
    const line = copyLine(wholeValues(row));
    return { level: row.level ?? 'info', packed: line, bytes: line.length };
  }

  async write({ operations, packed, messages }: LogBatch): Promise<void> {
    if (packed.length > 0) await this.db.load(WHOLE_OPERATIONS, packed.map((one) => one.packed as string).join(''));
    await writeAll(this.db, UPSERT_OPERATIONS, operations);
    await writeAll(this.db, INSERT_MESSAGES, messages);
  }

  async operation(id: string): Promise<StoredOperation | null> {
    const [row] = await this.db.query<StoredOperation>(READ_OPERATION, [id]);
    return row ?? null;
  }

  messages(operationId: string): Promise<MessageRow[]> {
    return this.db.query<MessageRow>(READ_MESSAGES, [operationId]);
  }

  async maintain(now: Date): Promise<void> {
    await createPartitions(this.db, now);
    await dropExpired(this.db, now, this.retentionDays);
    await this.db.query(EXPIRE, [now]);
  }
}

async function writeAll(sql: Sql, statement: string, rows: readonly object[]): Promise<void> {
  if (rows.length > 0) await sql.query(statement, [toStorableJson(rows)]);
}
