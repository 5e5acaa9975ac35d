import { Injectable } from '@nestjs/common';
import type { ExecutionKind, ExecutionState, FunctionError } from '#libs/contracts';
import { Cipher } from '#libs/crypto';
import { Database, type Sql } from '#libs/database';
import { type ConnectionRowId, type EnvironmentId, type ExecutionId, idFloor } from '#libs/kernel';
import { jsonbText } from './domain/json-text.js';
import { LIMITS, WORKER_LOST_AFTER_MS } from './domain/limits.js';
import type { Execution, NewExecution, OverdueExecution, Settled, Settlement, StoredKind } from './executions.types.js';
import { executionAad } from './sealed-columns.js';

/** A row to insert. */
export interface QueuedRow extends NewExecution {
  readonly id: ExecutionId;
  readonly attempt: number;
  readonly retryKey: string;
}

/** An execution that is inserted once it has ended: an action somebody waited for. */
export interface FinalRow extends Settlement {
  readonly id: ExecutionId;
  readonly environmentId: EnvironmentId;
  readonly connectionRowId: number;
  readonly functionId: number;
  readonly operationId: string;
  readonly createdAtMs: number;
  readonly startedAtMs: number | undefined;
}

/** How a row ended, with its output where it was kept. */
export interface EndedRow {
  readonly id: ExecutionId;
  readonly state: ExecutionState;
  readonly attempt: number;
  readonly maxAttempts: number;
  /** Undefined where the output was told to the waiter only. */
  readonly output: { readonly value: unknown } | undefined;
  readonly error: FunctionError | undefined;
}

/** What queues need to know of a row. */
export interface OpenRow {
  readonly id: ExecutionId;
  readonly environmentId: EnvironmentId;
  readonly connectionRowId: ConnectionRowId;
}

export interface DueRow extends OpenRow {
  readonly kind: StoredKind;
}

interface ExecutionRow {
  id: string;
  environment_id: number;
  kind: ExecutionKind;
  state: ExecutionState;
  attempt: number;
  max_attempts: number;
  retry_key: string;
  connection_id: number;
  function_id: number;
  sync_id: string | null;
  operation_id: string | null;
  input: Buffer | null;
  options: Record<string, unknown>;
  created_at: Date;
  started_at: Date | null;
  deadline_at: Date | null;
}

type EndedRecord = {
  id: string;
  state: ExecutionState;
  attempt: number;
  max_attempts: number;
  output: Buffer | null;
  error: FunctionError | null;
};

const COLUMNS =
  'id, environment_id, kind, state, attempt, max_attempts, retry_key, connection_id, function_id, sync_id, operation_id, ' +
  'input, options, created_at, started_at, deadline_at';
const OPEN_COLUMNS = 'id, environment_id AS "environmentId", connection_id AS "connectionRowId"';
const ENDED_COLUMNS = 'id, state, attempt, max_attempts, output, error';
const OPEN = `state IN ('queued', 'running')`;
/** Of a worker `w` of which nothing is known or was heard for so many milliseconds. */
const SILENT = `w.id IS NULL OR w.heartbeat_at < now() - interval '1 millisecond' *`;
const START_WITHIN_MS = Object.fromEntries(Object.entries(LIMITS).map(([kind, { startWithinMs }]) => [kind, startWithinMs]));
const RUN_WITHIN_MS = Object.fromEntries(Object.entries(LIMITS).map(([kind, { runWithinMs }]) => [kind, runWithinMs]));

/** Every statement on `executions`. States move by compare-and-set only (design §2.3). */
@Injectable()
export class LedgerRepository {
  constructor(
    private readonly db: Database,
    private readonly cipher: Cipher,
  ) {}

  /** A row with a time to wait for is not to be admitted before it. Deadlines are told by the clock of the database, which also ends them. */
  async insertQueued(sql: Sql, rows: readonly QueuedRow[]): Promise<void> {
    await sql.query(
      `INSERT INTO executions (id, environment_id, kind, state, attempt, max_attempts, retry_key, connection_id, function_id, sync_id,
                               operation_id, input, options, start_deadline_at, available_at)
       SELECT id, environment_id, kind, 'queued', attempt, max_attempts, retry_key, connection_id, function_id, sync_id,
              operation_id, input, options::jsonb,
              coalesce(start_deadline_at, coalesce(available_at, now()) + interval '1 millisecond' * ($15::jsonb ->> kind)::float8), available_at
         FROM unnest($1::uuid[], $2::int[], $3::text[], $4::int[], $5::int[], $6::uuid[], $7::int[], $8::int[], $9::uuid[],
                     $10::text[], $11::bytea[], $12::text[], $13::timestamptz[], $14::timestamptz[])
           AS given (id, environment_id, kind, attempt, max_attempts, retry_key, connection_id, function_id, sync_id,
                     operation_id, input, options, start_deadline_at, available_at)`,
      [
        rows.map((row) => row.id),
        rows.map((row) => row.environmentId),
        rows.map((row) => row.kind),
        rows.map((row) => row.attempt),
        rows.map((row) => row.maxAttempts ?? 1),
        rows.map((row) => row.retryKey),
        rows.map((row) => row.connectionRowId),
        rows.map((row) => row.functionId),
        rows.map((row) => row.syncId ?? null),
        rows.map((row) => row.operationId ?? null),
        rows.map((row) => this.#seal('input', row.id, row.input)),
        rows.map((row) => jsonbText(row.options ?? {})),
        rows.map((row) => row.startDeadline ?? null),
        rows.map((row) => row.availableAt ?? null),
        JSON.stringify(START_WITHIN_MS),
      ],
    );
  }

  /** An execution that another process recorded first keeps what that said; answers the ids that were inserted. */
  async insertFinal(rows: readonly FinalRow[]): Promise<ExecutionId[]> {
    const inserted = await this.db.query<{ id: string }>(
      `INSERT INTO executions (id, environment_id, kind, state, retry_key, connection_id, function_id, operation_id, output, error,
                               start_deadline_at, created_at, started_at, finished_at)
       SELECT id, environment_id, 'action', state, id, connection_id, function_id, operation_id, output, error::jsonb,
              created_at, created_at, started_at, now()
         FROM unnest($1::uuid[], $2::int[], $3::text[], $4::int[], $5::int[], $6::text[], $7::bytea[], $8::text[], $9::timestamptz[],
                     $10::timestamptz[])
           AS given (id, environment_id, state, connection_id, function_id, operation_id, output, error, created_at, started_at)
       ON CONFLICT (id) DO NOTHING RETURNING id`,
      [
        rows.map((row) => row.id),
        rows.map((row) => row.environmentId),
        rows.map((row) => row.state),
        rows.map((row) => row.connectionRowId),
        rows.map((row) => row.functionId),
        rows.map((row) => row.operationId),
        rows.map((row) => this.#seal('output', row.id, row.output)),
        rows.map((row) => (row.error ? jsonbText(row.error) : null)),
        rows.map((row) => new Date(row.createdAtMs)),
        rows.map((row) => (row.startedAtMs === undefined ? null : new Date(row.startedAtMs))),
      ],
    );
    return inserted.map((row) => row.id);
  }

  /** queued → running; null when it is not queued any more, or too late. */
  async claim(id: ExecutionId, workerId: string): Promise<Execution | null> {
    const [row] = await this.db.query<ExecutionRow>(
      `UPDATE executions SET state = 'running', worker_id = $2, started_at = now(),
              deadline_at = now() + interval '1 millisecond' * ($3::jsonb ->> kind)::float8
        WHERE id = $1 AND state = 'queued' AND start_deadline_at > now() RETURNING ${COLUMNS}`,
      [id, workerId, JSON.stringify(RUN_WITHIN_MS)],
    );
    return row ? this.#toExecution(row) : null;
  }

  /** What runs with this worker. */
  async heldBy(id: ExecutionId, workerId: string): Promise<Execution | null> {
    const [row] = await this.db.query<ExecutionRow>(
      `SELECT ${COLUMNS} FROM executions WHERE id = $1 AND state = 'running' AND worker_id = $2`,
      [id, workerId],
    );
    return row ? this.#toExecution(row) : null;
  }

  /** Running, but with a worker that is gone, or with the one named. */
  async isAbandoned(id: ExecutionId, workerId: string): Promise<boolean> {
    const abandoned = await this.db.query(
      `SELECT 1 FROM executions e LEFT JOIN workers w ON w.id = e.worker_id
        WHERE e.id = $1 AND e.state = 'running' AND (e.worker_id = $2 OR ${SILENT} $3::float8)`,
      [id, workerId, WORKER_LOST_AFTER_MS],
    );
    return abandoned.length > 0;
  }

  /** queued or running → final; null when it had ended before. */
  async settle(sql: Sql, id: ExecutionId, { state, output, error }: Settlement): Promise<Settled | null> {
    const [row] = await sql.query<Settled>(
      `UPDATE executions SET state = $2, output = $3, error = $4::jsonb, finished_at = now()
        WHERE id = $1 AND ${OPEN} RETURNING id, kind, sync_id AS "syncId", options`,
      [id, state, this.#seal('output', id, output), error ? jsonbText(error) : null],
    );
    return row ?? null;
  }

  async find(id: ExecutionId): Promise<Execution | null> {
    const [row] = await this.db.query<ExecutionRow>(`SELECT ${COLUMNS} FROM executions WHERE id = $1`, [id]);
    return row ? this.#toExecution(row) : null;
  }

  /** Those of the ids that have ended. */
  async ended(ids: readonly ExecutionId[]): Promise<EndedRow[]> {
    const rows = await this.db.query<EndedRecord>(
      `SELECT ${ENDED_COLUMNS} FROM executions WHERE id = ANY($1) AND NOT (${OPEN})`,
      [ids],
    );
    return rows.map((row) => this.#toEnded(row));
  }

  /** All attempts at an asynchronous action, oldest first. */
  async attempts(environmentId: EnvironmentId, retryKey: string): Promise<EndedRow[]> {
    const rows = await this.db.query<EndedRecord>(
      `SELECT ${ENDED_COLUMNS} FROM executions WHERE retry_key = $2 AND environment_id = $1 AND kind = 'action-async' ORDER BY attempt`,
      [environmentId, retryKey],
    );
    return rows.map((row) => this.#toEnded(row));
  }

  /**
   * Rows of a kind in a state, by id, after one of them; without those that are to wait for their time.
   * @param state stands in the statement, so that the index of open rows serves it
   * @param forMs in which they have been there, or their time has come, at least
   */
  async open(kind: StoredKind, state: 'queued' | 'running', after: ExecutionId, limit: number, forMs = 0): Promise<OpenRow[]> {
    return this.db.query<OpenRow>(
      `SELECT ${OPEN_COLUMNS} FROM executions
        WHERE state = '${state}' AND kind = $1 AND id > $2 AND coalesce(available_at, created_at) <= now() - interval '1 millisecond' * $4::float8
        ORDER BY id LIMIT $3`,
      [kind, after, limit, forMs],
    );
  }

  /** Executions that were ended before their time was over: what ran them may not know. The latest first. */
  async endedEarly(since: Date, limit: number): Promise<ExecutionId[]> {
    const rows = await this.db.query<{ id: string }>(
      `SELECT id FROM executions WHERE id > $1 AND state IN ('failed', 'expired', 'cancelled') AND deadline_at > now()
        ORDER BY id DESC LIMIT $2`,
      [idFloor(since), limit],
    );
    return rows.map(({ id }) => id);
  }

  /** Those of the ids that nobody has claimed yet. */
  async queuedAmong(ids: readonly ExecutionId[]): Promise<ExecutionId[]> {
    if (ids.length === 0) return [];
    const rows = await this.db.query<{ id: string }>(`SELECT id FROM executions WHERE id = ANY($1) AND state = 'queued'`, [ids]);
    return rows.map(({ id }) => id);
  }

  /** Rows whose time to wait for came lately. */
  async dueWithin(lastMs: number, limit: number): Promise<DueRow[]> {
    return this.db.query<DueRow>(
      `SELECT ${OPEN_COLUMNS}, kind FROM executions
        WHERE state = 'queued' AND available_at > now() - interval '1 millisecond' * $1::float8 AND available_at <= now()
        ORDER BY available_at LIMIT $2`,
      [lastMs, limit],
    );
  }

  /** Ends the wait of rows that were to wait for their time; answers those that did. */
  async makeAvailable(ids: readonly ExecutionId[]): Promise<DueRow[]> {
    return this.db.query<DueRow>(
      `UPDATE executions SET available_at = now() WHERE id = ANY($1) AND state = 'queued' AND available_at > now()
        RETURNING ${OPEN_COLUMNS}, kind`,
      [ids],
    );
  }

  /**
   * Open rows that nobody will settle any more: past a deadline, or with a worker that is gone.
   * @param lostAfterMs silence of a worker; undefined where silence says nothing
   */
  async overdue(limit: number, lostAfterMs: number | undefined): Promise<OverdueExecution[]> {
    return this.db.query<OverdueExecution>(
      `(SELECT id, kind, 'start_deadline' AS cause FROM executions WHERE state = 'queued' AND start_deadline_at <= now() LIMIT $2)
       UNION ALL
       (SELECT e.id, e.kind, CASE WHEN e.deadline_at <= now() THEN 'run_deadline' ELSE 'worker_lost' END
          FROM executions e LEFT JOIN workers w ON w.id = e.worker_id
         WHERE e.state = 'running'
           AND (e.deadline_at <= now()
                OR $1::float8 IS NOT NULL AND (${SILENT} $1::float8))
         LIMIT $2)`,
      [lostAfterMs ?? null, limit],
    );
  }

  #seal(column: 'input' | 'output', id: ExecutionId, value: unknown): Buffer | null {
    return value === undefined ? null : this.cipher.seal(JSON.stringify(value), executionAad(column, id));
  }

  #open(column: 'input' | 'output', id: ExecutionId, sealed: Buffer): unknown {
    return JSON.parse(this.cipher.openText(sealed, executionAad(column, id)));
  }

  #toEnded(row: EndedRecord): EndedRow {
    return {
      id: row.id,
      state: row.state,
      attempt: row.attempt,
      maxAttempts: row.max_attempts,
      output: row.output ? { value: this.#open('output', row.id, row.output) } : undefined,
      error: row.error ?? undefined,
    };
  }

  #toExecution(row: ExecutionRow): Execution {
    return {
      id: row.id,
      environmentId: row.environment_id,
      kind: row.kind,
      state: row.state,
      attempt: row.attempt,
      maxAttempts: row.max_attempts,
      retryKey: row.retry_key,
      connectionRowId: row.connection_id,
      functionId: row.function_id,
      syncId: row.sync_id,
      operationId: row.operation_id,
      input: row.input ? this.#open('input', row.id, row.input) : null,
      options: row.options,
      createdAt: row.created_at,
      startedAt: row.started_at,
      deadlineAt: row.deadline_at,
    };
  }
}
