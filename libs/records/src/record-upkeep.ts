import { Injectable } from '@nestjs/common';
import { newId } from '#libs/kernel';
import { RecordsDatabase } from './data-source.js';
import { DatasetWriter } from './dataset-writer.js';
import { decodeCursor, resumeAfter } from './domain/cursor.js';
import { badCursor } from './errors.js';
import type { BatchScope, DatasetCount, DatasetScope } from './records.types.js';

/** Removes a slice of a locked dataset; answers how many records went, and how many of them were live. */
export const EMPTY = `WITH slice AS MATERIALIZED (
    SELECT external_id FROM records.records WHERE dataset_id = $1 ORDER BY seq LIMIT $2
  ), gone AS (
    DELETE FROM records.records r USING slice WHERE r.dataset_id = $1 AND r.external_id = slice.external_id RETURNING r.deleted_at
  )
  SELECT count(*)::int AS count, count(*) FILTER (WHERE deleted_at IS NULL)::int AS live FROM gone`;

const PRUNE = `WITH due AS MATERIALIZED (
    SELECT seq, row_number() OVER (ORDER BY seq) AS n FROM (
      SELECT seq FROM records.records
      WHERE dataset_id = $1 AND seq > $2 AND seq <= $3 AND pruned_at IS NULL ORDER BY seq LIMIT $4 + 1) unpruned
  ), pruned AS (
    UPDATE records.records r SET payload = NULL, pruned_at = $5::timestamptz
    FROM due WHERE r.dataset_id = $1 AND r.seq = due.seq AND due.n <= $4 RETURNING r.seq
  )
  SELECT count(*)::int AS count, max(seq) AS up_to, (SELECT count(*) FROM due) > $4 AS more FROM pruned`;

const FORGET = `DELETE FROM records.batches WHERE (dataset_id, run_id, batch_id) IN (
    SELECT b.dataset_id, b.run_id, b.batch_id FROM records.batches b LEFT JOIN records.datasets d ON d.id = b.dataset_id
    WHERE b.created_at < $1 AND (d.tracked_from IS NULL OR b.no < d.tracked_from)
    ORDER BY b.created_at LIMIT $2)`;

const COUNTS = `SELECT connection_id AS "connectionId", model, live_count AS count, modified_at AS "updatedAt"
  FROM records.datasets WHERE connection_id = ANY ($1::int[]) ORDER BY connection_id, model`;

/** Emptying, pruning and forgetting: everything in slices, so that no transaction grows with a dataset. */
@Injectable()
export class RecordUpkeep {
  constructor(
    private readonly db: RecordsDatabase,
    private readonly writer: DatasetWriter,
  ) {}

  async empty(scope: BatchScope, limit: number): Promise<{ deletedCount: number; hasMore: boolean }> {
    return this.writer.apply(scope, async (dataset) => {
      const [gone] = await dataset.sql.query<{ count: number; live: number }>(EMPTY, [dataset.id, limit]);
      return {
        written: { changes: 0, liveDelta: -(gone?.live ?? 0) },
        result: { deletedCount: gone?.count ?? 0, hasMore: gone?.count === limit },
      };
    });
  }

  async prune(scope: DatasetScope, untilCursor: string, limit: number): Promise<{ count: number; hasMore: boolean }> {
    const position = decodeCursor(untilCursor) ?? badCursor('until_cursor');
    return this.writer.apply({ ...scope, runId: newId(), batchId: 'prune' }, async (dataset) => {
      const until = Math.min(resumeAfter(position, dataset.id), dataset.lastSeq);
      const parameters = [dataset.id, dataset.prunedSeq, until, limit, dataset.at];
      const [row] = await dataset.sql.query<{ count: number; up_to: number; more: boolean }>(PRUNE, parameters);
      const prunedSeq = row?.more ? row.up_to : Math.max(until, dataset.prunedSeq);
      return {
        written: { changes: 0, liveDelta: 0, prunedSeq },
        result: { count: row?.count ?? 0, hasMore: row?.more ?? false },
      };
    });
  }

  /** Removes everything of a connection that is no more, a slice at a time; repeat while `hasMore`. */
  async purge(connectionId: number, limit: number): Promise<{ deletedCount: number; hasMore: boolean }> {
    const [dataset] = await this.db.query<{ id: number; environment_id: number; model: string }>(
      'SELECT id, environment_id, model FROM records.datasets WHERE connection_id = $1 ORDER BY id LIMIT 1',
      [connectionId],
    );
    if (!dataset) return { deletedCount: 0, hasMore: false };
    const scope = { environmentId: dataset.environment_id, connectionId, model: dataset.model };
    const slice = await this.empty({ ...scope, runId: newId(), batchId: 'purge' }, limit);
    if (!slice.hasMore) await this.#drop(dataset.id);
    return { deletedCount: slice.deletedCount, hasMore: true };
  }

  /** Forgets batches older than `before` that no open deletion tracking needs; returns how many, at most `limit`. */
  async forgetBatches(before: Date, limit: number): Promise<number> {
    const deleted = await this.db.query(`${FORGET} RETURNING 1`, [before, limit]);
    return deleted.length;
  }

  /** Drops open deletion trackings, where a sync is reset. */
  async resetTracking(datasets: readonly Pick<DatasetScope, 'connectionId' | 'model'>[]): Promise<void> {
    await this.db.query(
      `UPDATE records.datasets SET tracked_from = NULL
        WHERE (connection_id, model) IN (SELECT * FROM unnest($1::int[], $2::text[])) AND tracked_from IS NOT NULL`,
      [datasets.map(({ connectionId }) => connectionId), datasets.map(({ model }) => model)],
    );
  }

  async counts(connectionIds: readonly number[]): Promise<DatasetCount[]> {
    return this.db.query<DatasetCount>(COUNTS, [connectionIds]);
  }

  async #drop(datasetId: number): Promise<void> {
    await this.db.transaction(async (sql) => {
      await sql.query('DELETE FROM records.batches WHERE dataset_id = $1', [datasetId]);
      await sql.query('DELETE FROM records.prune_passes WHERE dataset_id = $1', [datasetId]);
      await sql.query(
        `DELETE FROM records.datasets d WHERE id = $1
           AND NOT EXISTS (SELECT 1 FROM records.records r WHERE r.dataset_id = $1)`,
        [datasetId],
      );
    });
  }
}
