import { Injectable } from '@nestjs/common';
import type { BatchResult, RecordsPage } from '#libs/contracts';
import { RecordBatches } from './record-batches.js';
import { RecordDeletions } from './record-deletions.js';
import { RecordPages } from './record-pages.js';
import { RecordRetention } from './record-retention.js';
import { RecordUpkeep } from './record-upkeep.js';
import type {
  BatchScope,
  DatasetCount,
  DatasetScope,
  IdleDataset,
  PageQuery,
  RecordsPageText,
  WriteBatch,
} from './records.types.js';

/** Slice of a hard deletion. */
const EMPTY_SLICE = 50_000;

/** The record store (spec/engine.md §4): what the functions of a connection fetched, and what changed since. */
@Injectable()
export class Records {
  constructor(
    private readonly batches: RecordBatches,
    private readonly deletions: RecordDeletions,
    private readonly pages: RecordPages,
    private readonly upkeep: RecordUpkeep,
    private readonly retention: RecordRetention,
  ) {}

  /**
   * Adds or changes records; what is stored with the same content is not written again.
   * @throws AppError `invalid_record`, `encryption_key_missing`
   */
  saveBatch(batch: WriteBatch): Promise<BatchResult> {
    return this.batches.save(batch);
  }

  /** Merges partial records into live ones, deeply; unknown and deleted ids are ignored. */
  updateBatch(batch: WriteBatch): Promise<BatchResult> {
    return this.batches.update(batch);
  }

  /** Marks records as deleted, keeping their payload; only `id` is needed, `deletedAt` sets the time. */
  deleteBatch(batch: WriteBatch): Promise<BatchResult> {
    return this.batches.delete(batch);
  }

  /** Marks every live record as deleted that no batch has shown since this run began. */
  outdated(scope: BatchScope): Promise<{ deletedKeys: string[] }> {
    return this.deletions.outdated(scope);
  }

  /** Opens a deletion tracking at the beginning of this run; one that is open already stays as it is. */
  trackDeletesStart(scope: BatchScope): Promise<void> {
    return this.deletions.start(scope);
  }

  /**
   * Marks every live record as deleted that no batch has shown since the tracking began, in one transaction, and closes it.
   * @throws AppError `conflict` when no tracking is open
   */
  trackDeletesEnd(scope: BatchScope): Promise<{ deletedKeys: string[] }> {
    return this.deletions.end(scope);
  }

  /** Drops open deletion trackings, where a sync is reset. */
  resetTracking(datasets: readonly Pick<DatasetScope, 'connectionId' | 'model'>[]): Promise<void> {
    return this.upkeep.resetTracking(datasets);
  }

  /** Removes one slice of a dataset for good; repeat with a new batch id while `hasMore`. */
  empty(scope: BatchScope, limit = EMPTY_SLICE): Promise<{ deletedCount: number; hasMore: boolean }> {
    return this.upkeep.empty(scope, limit);
  }

  /** Removes one slice of everything a deleted connection has; repeat while `hasMore`. */
  purge(connectionId: number, limit = EMPTY_SLICE): Promise<{ deletedCount: number; hasMore: boolean }> {
    return this.upkeep.purge(connectionId, limit);
  }

  /**
   * Empties the payloads up to and including a cursor; ids, digests, times and cursors stay.
   * @throws AppError `invalid_query_params` naming `until_cursor`
   */
  prune(scope: DatasetScope, untilCursor: string, limit: number): Promise<{ count: number; hasMore: boolean }> {
    return this.upkeep.prune(scope, untilCursor, limit);
  }

  /**
   * Records in the order of their changes, as JSON text ready for the wire.
   * @throws AppError `invalid_query_params` naming `cursor`
   */
  pageText(query: PageQuery): Promise<RecordsPageText> {
    return this.pages.page(query);
  }

  /** The same as objects. */
  async page(query: PageQuery): Promise<RecordsPage> {
    const { json } = await this.pages.page(query);
    return JSON.parse(json) as RecordsPage;
  }

  /** Cursor of the latest change: what changes from now on comes after it. */
  latestCursor(connectionId: number, model: string): Promise<string> {
    return this.pages.latest(connectionId, model);
  }

  /** Live records of each model of these connections. */
  counts(...connectionIds: readonly number[]): Promise<DatasetCount[]> {
    return this.upkeep.counts(connectionIds);
  }

  /**
   * Retention: forgets batches older than `before` that no open deletion tracking needs. `before` must lie further back
   * than any run may last. Returns how many went, at most `limit`.
   */
  forgetBatches(before: Date, limit = 5_000): Promise<number> {
    return this.upkeep.forgetBatches(before, limit);
  }

  /**
   * Retention: empties payloads that were neither written nor restored since a moment, in one dataset that no other replica is at,
   * looking at up to `limit` of its records. Answers null when nothing is due.
   */
  pruneStale(before: Date, limit: number): Promise<{ pruned: number } | null> {
    return this.retention.pruneStale(before, limit);
  }

  /**
   * Retention: which datasets nobody wrote to since `before`, among up to `limit` that were not looked at since `checkedBefore`; they
   * then count as looked at. `looked` says how many there were.
   */
  takeIdle(before: Date, checkedBefore: Date, limit: number): Promise<{ idle: IdleDataset[]; looked: number }> {
    return this.retention.takeIdle(before, checkedBefore, limit);
  }

  /** Retention: removes a slice of a dataset nobody wrote to since `before`; repeat while `hasMore`. The dataset's cursors stay valid. */
  removeIdle(id: number, before: Date, limit = EMPTY_SLICE): Promise<{ deletedCount: number; hasMore: boolean }> {
    return this.retention.removeIdle(id, before, limit);
  }
}
