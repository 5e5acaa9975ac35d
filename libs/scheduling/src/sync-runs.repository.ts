import { Injectable } from '@nestjs/common';
import type { FunctionError, ModelCounts } from '#libs/contracts';
import { Database, type Sql, type Transaction } from '#libs/database';
import type { Execution } from '#libs/executions';
import type { ConnectionRowId, EnvironmentId, ExecutionId, FunctionId, OperationId, SyncId } from '#libs/kernel';
import { checkpointKeyOf } from './domain/checkpoint-keys.js';
import type { RunStatus } from './domain/sync-status.js';
import type { SyncWebhookSettings } from './domain/sync-webhooks.js';
import type { RunType } from './syncs.types.js';

/** What the ledger knows of a run. */
export type SyncExecution = Pick<Execution, 'id' | 'syncId' | 'options'>;

/** A run and all that it is about. Run columns are null where it never started. */
export interface RunFacts {
  readonly executionId: ExecutionId;
  readonly syncId: SyncId;
  readonly syncName: string;
  readonly variant: string;
  readonly removed: boolean;
  readonly environmentId: EnvironmentId;
  readonly environmentName: string;
  /** Which events the environment wants to hear of; all by default. */
  readonly webhookSettings: SyncWebhookSettings;
  readonly functionId: FunctionId;
  readonly models: readonly string[];
  readonly incremental: boolean;
  readonly functionVersion: string;
  readonly connectionRowId: ConnectionRowId;
  readonly connectionId: string;
  readonly providerConfigKey: string;
  readonly provider: string;
  readonly lastSyncDate: Date | null;
  readonly emptyCache: boolean;
  /** Somebody asked for it; else its schedule was due. */
  readonly isTriggered: boolean;
  readonly runId: number | null;
  readonly type: RunType | null;
  readonly status: RunStatus | null;
  readonly startedAt: Date | null;
  readonly operationId: OperationId | null;
}

type StoredFacts = Omit<RunFacts, 'executionId' | 'emptyCache' | 'isTriggered'>;

// The ledger is not asked again: a statement on its partitions is planned anew each time, and this is the one with most tables.
const FACTS = `SELECT y.id AS "syncId", y.name AS "syncName", y.variant,
    y.deleted_at IS NOT NULL AS removed, y.environment_id AS "environmentId", v.name AS "environmentName",
    jsonb_build_object('on_sync_completion_always', true, 'on_sync_error', true) || v.webhook_settings AS "webhookSettings",
    y.function_id AS "functionId", f.definition->'models' AS models,
    f.definition->>'sync_type' = 'incremental' AS incremental, f.version AS "functionVersion",
    y.connection_id AS "connectionRowId", c.connection_id AS "connectionId", i.unique_key AS "providerConfigKey", i.provider,
    y.last_sync_date AS "lastSyncDate",
    r.id::float8 AS "runId", r.type, r.status, r.started_at AS "startedAt", r.operation_id AS "operationId"
  FROM syncs y JOIN functions f ON f.id = y.function_id
    JOIN connections c ON c.id = y.connection_id JOIN integrations i ON i.id = c.integration_id
    JOIN environments v ON v.id = y.environment_id LEFT JOIN sync_runs r ON r.execution_id = $2
  WHERE y.id = $1`;

/** Every statement on runs and on what their end leaves behind. */
@Injectable()
export class SyncRunsRepository {
  constructor(private readonly db: Database) {}

  /** Null when the execution is none of a sync. */
  async facts({ id, syncId, options }: SyncExecution, on: Sql = this.db): Promise<RunFacts | null> {
    const [row] = await on.query<StoredFacts>(FACTS, [syncId, id]);
    if (!row) return null;
    return { ...row, executionId: id, emptyCache: options['emptyCache'] === true, isTriggered: options['isTriggered'] === true };
  }

  /** What the ledger has of an execution, with why it ended; null when it is forgotten. */
  async execution(id: ExecutionId, on: Sql): Promise<(SyncExecution & { readonly error: FunctionError | null }) | null> {
    const [row] = await on.query<SyncExecution & { error: FunctionError | null }>(
      'SELECT id, sync_id AS "syncId", options, error FROM executions WHERE id = $1',
      [id],
    );
    return row ?? null;
  }

  /**
   * Null when the run was opened before, or its execution has ended. Whoever settles the execution waits for this, so that no run is
   * opened that nobody ends.
   */
  async insert(
    facts: RunFacts,
    type: RunType,
    operationId: OperationId,
  ): Promise<{ readonly id: number; readonly startedAt: Date } | null> {
    const [row] = await this.db.query<{ id: number; startedAt: Date }>(
      `INSERT INTO sync_runs (sync_id, execution_id, type, status, operation_id)
       SELECT $1::uuid, id, $3, 'RUNNING', $4 FROM executions WHERE id = $2 AND state = 'running' FOR SHARE
       ON CONFLICT (execution_id) DO NOTHING RETURNING id::float8 AS id, started_at AS "startedAt"`,
      [facts.syncId, facts.executionId, type, operationId],
    );
    return row ?? null;
  }

  /** Of a run that was opened. */
  async end(tx: Transaction, executionId: ExecutionId, status: 'SUCCESS' | 'STOPPED', results: ModelCounts): Promise<void> {
    await tx.query(
      `UPDATE sync_runs SET status = $2, results = $3, finished_at = now() WHERE execution_id = $1 AND status = 'RUNNING'`,
      [executionId, status, JSON.stringify(results)],
    );
  }

  /**
   * The start of a successful run is where the next one begins; kept to the microsecond. Of runs that went on from each other's
   * checkpoint it is the start of the first: what changed since then may lie on pages that only the first one read.
   */
  async moveLastSyncDate(tx: Transaction, executionId: ExecutionId): Promise<void> {
    await tx.query(
      `UPDATE syncs y SET last_sync_date = coalesce(y.continuing_since, r.started_at), continuing_since = NULL
         FROM sync_runs r WHERE r.execution_id = $1 AND y.id = r.sync_id`,
      [executionId],
    );
  }

  /** The run stopped at a checkpoint: the date waits for the run that gets to the end. */
  async markContinuing(tx: Transaction, executionId: ExecutionId): Promise<void> {
    await tx.query(
      `UPDATE syncs y SET continuing_since = coalesce(y.continuing_since, r.started_at)
         FROM sync_runs r WHERE r.execution_id = $1 AND y.id = r.sync_id`,
      [executionId],
    );
  }

  /** Whether the run has saved a checkpoint that a next one goes on from. */
  async hasCheckpoint(tx: Transaction, facts: RunFacts): Promise<boolean> {
    const found = await tx.query(
      `SELECT 1 FROM checkpoints WHERE environment_id = $1 AND connection_id = $2 AND key = $3 AND checkpoint IS NOT NULL
          AND updated_at >= $4`,
      [facts.environmentId, facts.connectionRowId, checkpointKeyOf(facts.syncName, facts.variant), facts.startedAt],
    );
    return found.length > 0;
  }

  /** Removes runs that started before a moment, but the last of each sync, which its status shows; at most `limit`. Answers how many. */
  async removeBefore(before: Date, limit: number): Promise<number> {
    const removed = await this.db.query(
      `DELETE FROM sync_runs WHERE id IN (
         SELECT r.id FROM sync_runs r
          WHERE r.started_at < $1 AND EXISTS (SELECT 1 FROM sync_runs later WHERE later.sync_id = r.sync_id AND later.id > r.id)
          ORDER BY r.id LIMIT $2) RETURNING 1`,
      [before, limit],
    );
    return removed.length;
  }

  /** The connection shows the failure until the sync succeeds. */
  async setProblem(tx: Transaction, facts: RunFacts, operationId: string): Promise<void> {
    await tx.query(
      `INSERT INTO connection_errors (connection_id, type, scope, operation_id) VALUES ($1, 'sync', $2, $3)
       ON CONFLICT (connection_id, type, scope) DO UPDATE SET operation_id = excluded.operation_id, created_at = now()`,
      [facts.connectionRowId, scopeOf(facts), operationId],
    );
  }

  async clearProblem(tx: Transaction, facts: RunFacts): Promise<void> {
    await tx.query(`DELETE FROM connection_errors WHERE connection_id = $1 AND type = 'sync' AND scope = $2`, [
      facts.connectionRowId,
      scopeOf(facts),
    ]);
  }
}

const scopeOf = ({ syncName, variant }: RunFacts): string => `${syncName}::${variant}`;
