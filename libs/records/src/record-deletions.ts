import { Injectable } from '@nestjs/common';
import { AppError } from '#libs/kernel';
import { DatasetWriter, type LockedDataset, type Written } from './dataset-writer.js';
import type { BatchScope } from './records.types.js';

interface DeletedKeys {
  readonly deletedKeys: string[];
}

const FIRST_BATCH_OF_RUN = 'SELECT min(no) AS no FROM records.batches WHERE dataset_id = $1 AND run_id = $2';

const DELETE_UNSEEN = `WITH seen AS MATERIALIZED (
    SELECT coalesce(range_agg(seen), '{}') AS nums FROM records.batches WHERE dataset_id = $1 AND no >= $4
  ), gone AS MATERIALIZED (
    SELECT external_id, row_number() OVER (ORDER BY seq) AS n FROM records.records
    WHERE dataset_id = $1 AND deleted_at IS NULL AND NOT num <@ (SELECT nums FROM seen)
  )
  UPDATE records.records r SET seq = $2 + gone.n, modified_at = $3::timestamptz, deleted_at = $3::timestamptz
  FROM gone WHERE r.dataset_id = $1 AND r.external_id = gone.external_id
  RETURNING r.external_id`;

/**
 * Deletion of what the source no longer has. Every batch notes which records it showed alive, under a number that grows
 * with each batch of the dataset; a record is gone when no batch since a given number has shown it. Batches of other runs
 * in between count too, so a webhook's record is never deleted by the sync beside it.
 */
@Injectable()
export class RecordDeletions {
  constructor(private readonly writer: DatasetWriter) {}

  /** Keeps the start of a tracking that is already open: it survives an interrupted run. */
  async start(scope: BatchScope): Promise<void> {
    await this.writer.apply(scope, async (dataset) => {
      const from = dataset.trackedFrom ?? (await firstBatchOf(dataset, scope.runId));
      return { written: { changes: 0, liveDelta: 0, trackedFrom: from }, result: {} };
    });
  }

  async end(scope: BatchScope): Promise<DeletedKeys> {
    return this.writer.apply(scope, async (dataset) => {
      if (dataset.trackedFrom === null) {
        throw new AppError('conflict', `No track deletes starting point found for model '${scope.model}'.`);
      }
      return deleteUnseen(dataset, dataset.trackedFrom, { trackedFrom: null });
    });
  }

  async outdated(scope: BatchScope): Promise<DeletedKeys> {
    return this.writer.apply(scope, async (dataset) => deleteUnseen(dataset, await firstBatchOf(dataset, scope.runId)));
  }
}

/** The run's first batch, or the next one where it has not written yet. */
async function firstBatchOf(dataset: LockedDataset, runId: string): Promise<number> {
  const [row] = await dataset.sql.query<{ no: number | null }>(FIRST_BATCH_OF_RUN, [dataset.id, runId]);
  return row?.no ?? dataset.lastBatch + 1;
}

async function deleteUnseen(
  dataset: LockedDataset,
  since: number,
  more: Pick<Written, 'trackedFrom'> = {},
): Promise<{ written: Written; result: DeletedKeys }> {
  const rows = await dataset.sql.query<{ external_id: string }>(DELETE_UNSEEN, [dataset.id, dataset.lastSeq, dataset.at, since]);
  return {
    written: { changes: rows.length, liveDelta: -rows.length, ...more },
    result: { deletedKeys: rows.map((row) => row.external_id) },
  };
}
