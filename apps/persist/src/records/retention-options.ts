import type { RecordRetentionConfig } from './record-retention.config.js';

/** Injection token of `RetentionOptions`. */
export const RETENTION = Symbol('record-retention');

export interface RetentionOptions {
  /** 0: never. */
  readonly pruneEveryMs: number;
  readonly pruneAfterMs: number;
  readonly pruneSlice: number;
  /** 0: never. */
  readonly deleteEveryMs: number;
  readonly deleteAfterMs: number;
  /** Records one slice of removing takes. */
  readonly deleteSlice: number;
}

export const retentionOptions = (config: RecordRetentionConfig, deleteSlice: number): RetentionOptions => ({
  pruneEveryMs: config.PERSIST_AUTO_PRUNING_INTERVAL_MS,
  pruneAfterMs: config.PERSIST_AUTO_PRUNING_STALE_AFTER_MS,
  pruneSlice: config.PERSIST_AUTO_PRUNING_LIMIT,
  deleteEveryMs: config.PERSIST_AUTO_DELETING_INTERVAL_MS,
  deleteAfterMs: config.PERSIST_AUTO_DELETING_STALE_AFTER_MS,
  deleteSlice,
});
