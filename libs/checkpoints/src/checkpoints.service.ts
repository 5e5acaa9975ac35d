import { Injectable, Module } from '@nestjs/common';
import type { Checkpoint, CheckpointState } from '#libs/contracts';
import { Database, type Sql } from '#libs/database';
import { AppError } from '#libs/kernel';

/** Whose checkpoint. `key` names function type, function and variant (spec/functions.md §2.5). */
export interface CheckpointScope {
  readonly environmentId: number;
  /** Row id of the connection. */
  readonly connectionId: number;
  readonly key: string;
}

/** Asked in the transaction that changes a checkpoint, before it does; what it throws undoes that. */
export type Fence = (sql: Sql) => Promise<void>;

const OPEN: Fence = () => Promise.resolve();
const FIRST_VERSION = 1;

// A repeated save, whose first answer got lost, finds its own checkpoint one version on and succeeds again.
const SAVE = `INSERT INTO checkpoints AS c (environment_id, connection_id, key, checkpoint, version)
  SELECT $1::int, $2::int, $3::varchar, $4::jsonb, $5::int + 1
  WHERE $5 = ${FIRST_VERSION} OR EXISTS (
    SELECT 1 FROM checkpoints WHERE environment_id = $1 AND connection_id = $2 AND key = $3)
  ON CONFLICT (environment_id, connection_id, key) DO UPDATE
    SET checkpoint = excluded.checkpoint, version = excluded.version, updated_at = now(), deleted_at = NULL
    WHERE c.version = $5 OR (c.version = $5 + 1 AND c.checkpoint = excluded.checkpoint)
  RETURNING version`;

const CLEAR = `UPDATE checkpoints SET checkpoint = NULL, version = version + 1, updated_at = now(), deleted_at = now()
  WHERE environment_id = $1 AND connection_id = $2 AND key = $3 AND version = $4 AND deleted_at IS NULL
  RETURNING version`;

/** Where a function left off (spec/engine.md §2.7). Writes name the version they read, so that no writer undoes another. */
@Injectable()
export class Checkpoints {
  constructor(private readonly db: Database) {}

  /** Version 1 and no checkpoint where nothing was ever saved. */
  async get(scope: CheckpointScope): Promise<CheckpointState> {
    const [row] = await this.db.query<CheckpointState>(
      'SELECT checkpoint, version FROM checkpoints WHERE environment_id = $1 AND connection_id = $2 AND key = $3',
      parameters(scope),
    );
    return row ?? { checkpoint: null, version: FIRST_VERSION };
  }

  /** @param fence throws where whoever saves may not any more @throws AppError `checkpoint_conflict` when the stored version is not the expected one */
  async save(
    scope: CheckpointScope,
    checkpoint: Checkpoint,
    expectedVersion: number,
    fence: Fence = OPEN,
  ): Promise<CheckpointState> {
    const kept = storable(checkpoint);
    const row = await this.#change(SAVE, [...parameters(scope), JSON.stringify(kept), expectedVersion], fence);
    if (!row) throw await this.#conflict(scope, expectedVersion);
    return { checkpoint: kept, version: row.version };
  }

  /** Where there is none, there is nothing to clear, and that is fine. @param fence as `save` has it @throws AppError `checkpoint_conflict` */
  async clear(scope: CheckpointScope, expectedVersion: number, fence: Fence = OPEN): Promise<CheckpointState> {
    const row = await this.#change(CLEAR, [...parameters(scope), expectedVersion], fence);
    if (row) return { checkpoint: null, version: row.version };
    const current = await this.get(scope);
    if (current.checkpoint === null) return current;
    throw await this.#conflict(scope, expectedVersion);
  }

  /** Clears checkpoints whatever their version, where syncs are reset or removed. */
  async resetAll(on: Sql, scopes: readonly CheckpointScope[]): Promise<void> {
    await on.query(
      `UPDATE checkpoints c SET checkpoint = NULL, version = version + 1, updated_at = now(), deleted_at = now()
         FROM unnest($1::int[], $2::int[], $3::text[]) AS given (environment_id, connection_id, key)
        WHERE c.environment_id = given.environment_id AND c.connection_id = given.connection_id AND c.key = given.key
          AND c.deleted_at IS NULL`,
      [
        scopes.map(({ environmentId }) => environmentId),
        scopes.map(({ connectionId }) => connectionId),
        scopes.map(({ key }) => key),
      ],
    );
  }

  #change(sql: string, values: readonly unknown[], fence: Fence): Promise<{ version: number } | undefined> {
    return this.db.transaction(async (tx) => {
      await fence(tx);
      const [row] = await tx.query<{ version: number }>(sql, values);
      return row;
    });
  }

  async #conflict(scope: CheckpointScope, expectedVersion: number): Promise<AppError> {
    const { version } = await this.get(scope);
    return new AppError('checkpoint_conflict', `the checkpoint is at version ${version}, not ${expectedVersion}`, {
      payload: { version },
    });
  }

  /** Removes every trace of connections that were deleted for good. */
  async removeConnections(connectionRowIds: readonly number[]): Promise<void> {
    await this.db.query('DELETE FROM checkpoints WHERE connection_id = ANY($1)', [connectionRowIds]);
  }
}

const storableText = (text: string) => text.replaceAll('\0', '').toWellFormed();

/** PostgreSQL refuses NUL characters and halves of surrogate pairs. */
const storable = (checkpoint: Checkpoint): Checkpoint =>
  Object.fromEntries(
    Object.entries(checkpoint).map(([name, value]) => [
      storableText(name),
      typeof value === 'string' ? storableText(value) : value,
    ]),
  );

const parameters = ({ environmentId, connectionId, key }: CheckpointScope) => [environmentId, connectionId, key];

@Module({ providers: [Checkpoints], exports: [Checkpoints] })
export class CheckpointsModule {}
