import { z } from 'zod';
import { checkpoint } from './execution.js';

/**
 * The persist service's HTTP protocol; every call carries an execution token as bearer, which decides environment,
 * connection, sync, run and the models that may be written.
 *
 * | call | body → answer |
 * |---|---|
 * | `POST /records/:model/save`, `/update`, `/delete` | JSON array of records → batchResult; headers `x-batch-id`, `x-merging` |
 * | `POST /records/:model/outdated` | → deletedKeys: records not seen in the current run |
 * | `POST /records/:model/empty` | → emptied: one slice of hard deletion, repeat while `hasMore` |
 * | `GET /records/:model?cursor&limit&ids` | → recordsPage |
 * | `GET /records/:model/cursor` | → `{ cursor }` of the latest change: the first `x-merging` of `ignore_if_modified_after` |
 * | `POST /track-deletes/:model/start`, `/end` | → 204, deletedKeys |
 * | `GET /checkpoint?key`, `PUT` (saveCheckpoint), `DELETE ?key&expectedVersion` | → checkpointState |
 * | `POST /locks/acquire`, `/release`, `/release-all` | lockRequest → lockResult |
 * | `POST /logs` | logBatch → 204 |
 */
export const batchResult = z.object({
  added: z.number().int(),
  updated: z.number().int(),
  deleted: z.number().int(),
  unchanged: z.number().int(),
  /** Ids that came twice in the batch; the first one won. */
  duplicates: z.array(z.string()),
  /** Cursor to pass as `x-merging` with the next batch, under `ignore_if_modified_after`. */
  nextMerging: z.string().optional(),
});
export type BatchResult = z.output<typeof batchResult>;

const deletedKeys = z.object({ deletedKeys: z.array(z.string()) });
export type DeletedKeys = z.output<typeof deletedKeys>;
const emptied = z.object({ deletedCount: z.number().int(), hasMore: z.boolean() });
export type Emptied = z.output<typeof emptied>;

export const recordsPage = z.object({
  records: z.array(z.record(z.string(), z.unknown())),
  next_cursor: z.string().nullable(),
});
export type RecordsPage = z.output<typeof recordsPage>;

/** `version` is 1 where nothing was ever saved; a write names the version it read. */
export const checkpointState = z.object({
  checkpoint: checkpoint.nullable(),
  version: z.number().int(),
});
export type CheckpointState = z.output<typeof checkpointState>;

export const saveCheckpoint = z.object({
  key: z.string().min(1).max(600),
  checkpoint: checkpoint.refine((value) => Object.keys(value).length <= 16, 'at most 16 fields'),
  expectedVersion: z.number().int(),
});

export const lockRequest = z.object({
  key: z.string().min(1).max(255),
  ttlMs: z.number().int().positive().optional(),
});
const lockResult = z.object({ done: z.boolean() });
export type LockResult = z.output<typeof lockResult>;

export const logLevel = z.enum(['debug', 'info', 'warn', 'error']);
export type LogLevel = z.output<typeof logLevel>;

/** A message of an operation (spec/engine.md §5.2). */
export const logMessage = z.object({
  createdAt: z.iso.datetime(),
  level: logLevel,
  type: z.enum(['log', 'http']),
  source: z.enum(['internal', 'user']),
  message: z.string().max(10_000),
  meta: z.unknown().optional(),
  error: z.object({ name: z.string(), message: z.string() }).optional(),
  request: z.object({ method: z.string(), url: z.string(), headers: z.record(z.string(), z.string()) }).optional(),
  response: z
    .object({
      code: z.number().int(),
      headers: z.record(z.string(), z.string()),
      /** The beginning of a refusal, masked. */
      body: z.string().max(20_000).optional(),
    })
    .optional(),
  durationMs: z.number().optional(),
  retry: z.object({ attempt: z.number().int(), max: z.number().int(), waitedMs: z.number().optional() }).optional(),
});
export type LogMessage = z.output<typeof logMessage>;
export const logBatch = z.object({ messages: z.array(logMessage).max(1000) });
