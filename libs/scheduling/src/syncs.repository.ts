import { Injectable } from '@nestjs/common';
import { Database, type Sql, type Transaction } from '#libs/database';
import type { ConnectionRowId, EnvironmentId, ExecutionId, FunctionId, IntegrationId, OperationId, SyncId } from '#libs/kernel';
import { BASE_VARIANT } from './domain/checkpoint-keys.js';
import type { SyncRef, SyncScope, SyncTarget, Timing } from './syncs.types.js';

/** A sync function whose syncs are to be opened. */
export interface Openable extends Timing {
  readonly functionId: FunctionId;
  readonly integrationId: IntegrationId;
  readonly name: string;
}

/** A sync whose schedule is held until the transaction ends, and what it runs. */
export interface HeldSync extends SyncRef {
  readonly id: SyncId;
  readonly environmentId: EnvironmentId;
  readonly connectionRowId: ConnectionRowId;
  readonly models: readonly string[];
  readonly executionId: ExecutionId | null;
}

/**
 * Inserts schedules. Whole milliseconds, so that the phase is the same to the database and to domain/next-run.ts. Where the environment
 * spreads start times, a sync's own share of that time, never as much as a period, moves its phase. The first run waits for it only
 * where many begin at once: with one connection somebody waits for its data, and a paused sync is to run when it is started.
 * @param opened table or CTE of the syncs: `id`, `environment_id`
 */
const SCHEDULE = (opened: string, state: string, frequencyMs: string, isOneOfMany: string) =>
  `INSERT INTO sync_schedules (sync_id, environment_id, state, frequency_ms, starts_at, next_run_at)
  SELECT o.id, o.environment_id, ${state}, ${frequencyMs}, at + share, CASE WHEN ${isOneOfMany} AND ${state} = 'started' THEN at + share ELSE at END
    FROM ${opened} o JOIN environments e ON e.id = o.environment_id, date_trunc('milliseconds', now()) AS at,
      LATERAL (SELECT interval '1 ms' * coalesce(abs(hashtextextended(o.id::text, 0) % nullif(least(e.sync_spread_ms, ${frequencyMs}), 0)), 0)
        AS share) s`;

const OPEN = `WITH opened AS (
    INSERT INTO syncs (id, environment_id, connection_id, function_id, name, variant)
    SELECT gen_random_uuid(), c.environment_id, c.id, $2, $3, '${BASE_VARIANT}' FROM connections c
     WHERE c.integration_id = $1 AND ($4::int IS NULL OR c.id = $4) AND c.deleted_at IS NULL
    ON CONFLICT (connection_id, name, variant) WHERE deleted_at IS NULL DO NOTHING
    RETURNING id, environment_id)
  ${SCHEDULE('opened', '$5::text', '$6::bigint', '$4::int IS NULL')}`;

const CLOSE = `WITH closed AS (
    UPDATE syncs SET deleted_at = now() WHERE id = ANY ($1::uuid[]) RETURNING id, connection_id, name, variant),
  cleared AS (
    DELETE FROM connection_errors e USING closed c
     WHERE e.connection_id = c.connection_id AND e.type = 'sync' AND e.scope = c.name || '::' || c.variant),
  stopped AS (
    UPDATE sync_schedules s SET state = 'deleted', live_execution_id = NULL, updated_at = now() FROM closed WHERE s.sync_id = closed.id)
  UPDATE sync_runs r SET status = 'STOPPED', finished_at = now() FROM closed WHERE r.sync_id = closed.id AND r.status = 'RUNNING'
  RETURNING r.operation_id AS id`;

// Schedules are held before syncs are written, and in one order: whoever ends a run does the same.
const HOLD = (condition: string) => `SELECT s.sync_id AS id, s.live_execution_id AS "executionId", y.name, y.variant,
    y.environment_id AS "environmentId", y.connection_id AS "connectionRowId", f.definition->'models' AS models
  FROM sync_schedules s JOIN syncs y ON y.id = s.sync_id JOIN functions f ON f.id = y.function_id WHERE ${condition} AND y.deleted_at IS NULL
  ORDER BY s.sync_id FOR UPDATE OF s`;

const TARGETS = `SELECT y.id, y.environment_id AS "environmentId", y.connection_id AS "connectionRowId", y.function_id AS "functionId",
    y.name, y.variant, f.definition->'models' AS models, f.enabled AS "isEnabled"
  FROM syncs y JOIN functions f ON f.id = y.function_id JOIN connections c ON c.id = y.connection_id
  WHERE c.integration_id = $2 AND y.environment_id = $1 AND y.deleted_at IS NULL`;

// The same rule as domain/next-run.ts: the phase is kept, and what is due stays due.
const RETIME = `UPDATE sync_schedules s SET frequency_ms = $2, updated_at = now(),
    next_run_at = CASE WHEN s.next_run_at <= now() THEN s.next_run_at ELSE s.starts_at
      + interval '1 ms' * ($2::bigint * greatest(0, ceil(extract(epoch FROM now() - s.starts_at) * 1000 / $2::bigint))) END
  FROM syncs y WHERE y.id = s.sync_id AND y.deleted_at IS NULL`;

/** Every statement that opens, closes, finds and times syncs. */
@Injectable()
export class SyncsRepository {
  constructor(private readonly db: Database) {}

  /** For one connection, or all of the integration; those that exist stay as they are. */
  async open(tx: Transaction, openable: Openable, connectionRowId: ConnectionRowId | null): Promise<void> {
    const { integrationId, functionId, name, state, frequencyMs } = openable;
    await tx.query(OPEN, [integrationId, functionId, name, connectionRowId, state, frequencyMs]);
  }

  /** Keeps connections from coming into being beside the transaction, which would then miss them. */
  async lockIntegrations(tx: Transaction, environmentId: EnvironmentId): Promise<void> {
    await tx.query('SELECT 1 FROM integrations WHERE environment_id = $1 AND deleted_at IS NULL ORDER BY id FOR NO KEY UPDATE', [
      environmentId,
    ]);
  }

  holdOfConnection(tx: Transaction, connectionRowId: ConnectionRowId): Promise<HeldSync[]> {
    return tx.query<HeldSync>(HOLD('y.connection_id = $1'), [connectionRowId]);
  }

  holdOfFunction(tx: Transaction, functionId: FunctionId): Promise<HeldSync[]> {
    return tx.query<HeldSync>(HOLD('y.function_id = $1'), [functionId]);
  }

  holdSome(tx: Transaction, ids: readonly SyncId[]): Promise<HeldSync[]> {
    return tx.query<HeldSync>(HOLD('y.id = ANY ($1::uuid[])'), [ids]);
  }

  /** Answers the operations of runs that were on. */
  async close(tx: Transaction, ids: readonly SyncId[]): Promise<OperationId[]> {
    const stopped = await tx.query<{ id: string | null }>(CLOSE, [ids]);
    return stopped.flatMap(({ id }) => id ?? []);
  }

  /** Syncs of a scope, all or those named, by name and variant. */
  targets(scope: SyncScope, refs: readonly SyncRef[], on: Sql = this.db): Promise<SyncTarget[]> {
    return on.query<SyncTarget>(
      `${TARGETS} AND ($3::int IS NULL OR y.connection_id = $3)
         AND (cardinality($4::text[]) = 0 OR (y.name, y.variant) IN (SELECT * FROM unnest($4::text[], $5::text[])))
       ORDER BY y.name, y.variant, y.connection_id`,
      [
        scope.environmentId,
        scope.integrationId,
        scope.connectionRowId,
        refs.map(({ name }) => name),
        refs.map(({ variant }) => variant),
      ],
    );
  }

  /** Live connections that have each function's sync, by function id. */
  async countByFunction(environmentId: EnvironmentId): Promise<Map<FunctionId, number>> {
    const rows = await this.db.query<{ function_id: number; count: number }>(
      `SELECT function_id, count(DISTINCT connection_id)::int AS count FROM syncs
        WHERE environment_id = $1 AND deleted_at IS NULL GROUP BY function_id`,
      [environmentId],
    );
    return new Map(rows.map(({ function_id, count }) => [function_id, count]));
  }

  /** Live connections of each integration, by integration id. */
  async countConnections(environmentId: EnvironmentId): Promise<Map<IntegrationId, number>> {
    const rows = await this.db.query<{ integration_id: number; count: number }>(
      `SELECT integration_id, count(*)::int AS count FROM connections
        WHERE environment_id = $1 AND deleted_at IS NULL GROUP BY integration_id`,
      [environmentId],
    );
    return new Map(rows.map(({ integration_id, count }) => [integration_id, count]));
  }

  /** Syncs of the base variant that follow their function's frequency; hold them first. */
  async retimeOfFunction(tx: Transaction, functionId: FunctionId, frequencyMs: number): Promise<void> {
    await tx.query(`${RETIME} AND y.function_id = $1 AND y.variant = '${BASE_VARIANT}' AND y.frequency_override IS NULL`, [
      functionId,
      frequencyMs,
    ]);
  }

  /** @param override what the connection wants instead of the function's frequency; null for none */
  async setFrequency(tx: Transaction, id: SyncId, override: string | null, frequencyMs: number): Promise<void> {
    await tx.query(`${RETIME} AND y.id = $1`, [id, frequencyMs]);
    await tx.query('UPDATE syncs SET frequency_override = $2 WHERE id = $1', [id, override]);
  }

  async clearLastSyncDates(tx: Transaction, ids: readonly SyncId[]): Promise<void> {
    await tx.query('UPDATE syncs SET last_sync_date = NULL, continuing_since = NULL WHERE id = ANY ($1::uuid[])', [ids]);
  }

  /** Of schedules that are held. */
  async setState(tx: Transaction, ids: readonly SyncId[], state: 'started' | 'paused'): Promise<void> {
    await tx.query('UPDATE sync_schedules SET state = $2, resumes = false, updated_at = now() WHERE sync_id = ANY ($1::uuid[])', [
      ids,
      state,
    ]);
  }

  /** Pauses schedules that are held, and remembers which of them were started. */
  async suspend(tx: Transaction, ids: readonly SyncId[]): Promise<void> {
    await tx.query(
      `UPDATE sync_schedules SET state = 'paused', resumes = true, updated_at = now()
        WHERE sync_id = ANY ($1::uuid[]) AND state = 'started'`,
      [ids],
    );
  }

  /** Starts those of the held schedules that `suspend` paused, unless somebody paused them meanwhile. */
  async resume(tx: Transaction, ids: readonly SyncId[]): Promise<void> {
    await tx.query(
      `UPDATE sync_schedules SET state = 'started', resumes = false, updated_at = now()
        WHERE sync_id = ANY ($1::uuid[]) AND state = 'paused' AND resumes`,
      [ids],
    );
  }

  /** Holds a sync's row: whoever adds variants to it waits. */
  async lock(tx: Transaction, id: SyncId): Promise<void> {
    await tx.query('SELECT 1 FROM syncs WHERE id = $1 FOR UPDATE', [id]);
  }

  async countVariants(tx: Transaction, { connectionRowId, name }: SyncTarget): Promise<number> {
    const [row] = await tx.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM syncs WHERE connection_id = $1 AND name = $2 AND deleted_at IS NULL',
      [connectionRowId, name],
    );
    return row?.count ?? 0;
  }

  /** Null when there is one already. */
  async insertVariant(tx: Transaction, base: SyncTarget, variant: string, timing: Timing): Promise<SyncId | null> {
    const [row] = await tx.query<{ id: string }>(
      `INSERT INTO syncs (id, environment_id, connection_id, function_id, name, variant) VALUES (gen_random_uuid(), $1, $2, $3, $4, $5)
       ON CONFLICT (connection_id, name, variant) WHERE deleted_at IS NULL DO NOTHING RETURNING id`,
      [base.environmentId, base.connectionRowId, base.functionId, base.name, variant],
    );
    if (!row) return null;
    await tx.query(SCHEDULE('(SELECT $1::uuid AS id, $2::int AS environment_id)', '$3::text', '$4::bigint', 'false'), [
      row.id,
      base.environmentId,
      timing.state,
      timing.frequencyMs,
    ]);
    return row.id;
  }

  /** Makes started schedules of a connection due whose latest run failed; hold them first. */
  async hurryFailed(tx: Transaction, connectionRowId: ConnectionRowId): Promise<void> {
    await tx.query(
      `UPDATE sync_schedules s SET next_run_at = now(), updated_at = now() FROM syncs y
        WHERE y.id = s.sync_id AND y.connection_id = $1 AND y.deleted_at IS NULL AND s.state = 'started' AND s.live_execution_id IS NULL
          AND s.next_run_at > now()
          AND (SELECT r.status FROM sync_runs r WHERE r.sync_id = y.id ORDER BY r.id DESC LIMIT 1) = 'STOPPED'`,
      [connectionRowId],
    );
  }
}
