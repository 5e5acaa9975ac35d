import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Sql } from '#libs/database';
import { AppError } from '#libs/kernel';
import { toMultirange } from './domain/number-ranges.js';
import { RecordsDatabase } from './data-source.js';
import type { BatchScope, DatasetScope } from './records.types.js';
import { withRetries } from './tries.js';

/** A dataset whose row this transaction holds. */
export interface LockedDataset {
  readonly id: number;
  readonly lastSeq: number;
  readonly lastBatch: number;
  /** Everything up to this sequence number is pruned. */
  readonly prunedSeq: number;
  readonly trackedFrom: number | null;
  readonly sql: Sql;
  /** Timestamp of this change, with microseconds; never before that of an earlier change of the dataset. */
  readonly at: string;
}

/** What a transaction did to its dataset. */
export interface Written {
  /** How many sequence numbers it used, from `lastSeq + 1`. */
  readonly changes: number;
  /** By how much the number of live records moved. */
  readonly liveDelta: number;
  /** `num` of every record the caller showed to be alive. */
  readonly seen?: Iterable<number>;
  /** New `prunedSeq`, where it moved. */
  readonly prunedSeq?: number | undefined;
  /** First batch of the open deletion tracking; undefined leaves it, null closes it. */
  readonly trackedFrom?: number | null;
}

type DatasetRow = Omit<LockedDataset, 'sql' | 'at'>;

interface Opening<Result> {
  readonly at: string;
  readonly result: Result | null;
}

const LOCK = `SELECT id, last_seq AS "lastSeq", last_batch AS "lastBatch", pruned_seq AS "prunedSeq", tracked_from AS "trackedFrom"
  FROM records.datasets WHERE connection_id = $1 AND model = $2 FOR NO KEY UPDATE`;

const CREATE = 'INSERT INTO records.datasets (connection_id, model, environment_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING';

// Runs after the lock is held, in a snapshot of its own: a clock read before the wait could lie behind the last writer's.
const OPENING = `SELECT greatest(clock_timestamp(), modified_at)::text AS at,
    (SELECT result FROM records.batches WHERE dataset_id = $1 AND run_id = $2 AND batch_id = $3) AS result
  FROM records.datasets WHERE id = $1`;

const CLOSING = `WITH batch AS (
    INSERT INTO records.batches (dataset_id, run_id, batch_id, no, written, seen, result, created_at)
    SELECT $1, $8, $9, last_batch + 1, int8range(last_seq + 1, last_seq + 1 + $3), $10, $11, clock_timestamp()
    FROM records.datasets WHERE id = $1
  )
  UPDATE records.datasets SET last_seq = last_seq + $3, live_count = live_count + $4, last_batch = last_batch + 1,
    modified_at = $2, unpruned_since = coalesce(unpruned_since, $2), pruned_seq = coalesce($5::bigint, pruned_seq),
    tracked_from = CASE WHEN $6 THEN $7::bigint ELSE tracked_from END
  WHERE id = $1`;

/** Tells datasets apart. */
export const nameOf = ({ connectionId, model }: Pick<DatasetScope, 'connectionId' | 'model'>): string =>
  `${connectionId}:${model}`;

/** Done in the transaction beside taking the lock, with what is known of the dataset before. `opened` tells when it is taken. */
type Ahead<Found> = (dataset: Pick<LockedDataset, 'id' | 'sql'>, opened: Promise<unknown>) => Promise<Found>;

interface Opened<Found, Result> {
  readonly row: DatasetRow;
  readonly opening: Opening<Result>;
  readonly found: Found;
}

/** What a change did; the statements that do it may still be on their way. */
interface Change<Result> {
  readonly written: Written;
  readonly result: Result;
  readonly writing?: readonly Promise<unknown>[];
}

const MAX_DATASETS = 10_000;

/**
 * Runs changes of one dataset under its row lock, so that they commit in the order of their sequence numbers and the
 * counts stay true. A batch that was already applied is not applied again: its first answer is returned. So one whose connection
 * broke is tried again, also where it may have been committed.
 */
@Injectable()
export class DatasetWriter {
  /** Ids of datasets this process wrote to: what a batch needs is then asked for together with the lock. */
  readonly #known = new LRUCache<string, number>({ max: MAX_DATASETS });

  constructor(private readonly db: RecordsDatabase) {}

  /** @param ahead reads what the change needs; it is sent behind the lock, so what it finds holds */
  async apply<Result extends object, Found = undefined>(
    scope: BatchScope,
    work: (dataset: LockedDataset, found: Found) => Promise<Change<Result>>,
    ahead: Ahead<Found> = () => Promise.resolve(undefined as Found),
  ): Promise<Result> {
    return withRetries(() =>
      this.db.pipelined(async (sql) => {
        const { row, opening, found } = await this.#open<Found, Result>(sql, scope, ahead);
        if (opening.result) return { result: opening.result, writing: [] };
        const allowed = passFence(scope);
        const dataset = { ...row, at: opening.at, sql };
        const { written, result, writing = [] } = await work(dataset, found);
        await allowed;
        return { result, writing: [...writing, close(dataset, scope, written, result)] };
      }),
    );
  }

  async #open<Found, Result>(sql: Sql, scope: BatchScope, ahead: Ahead<Found>): Promise<Opened<Found, Result>> {
    const key = nameOf(scope);
    const id = this.#known.get(key);
    if (id !== undefined) {
      const locked = sql.query<DatasetRow>(LOCK, [scope.connectionId, scope.model]);
      const opened = sql.query<Opening<Result>>(OPENING, [id, scope.runId, scope.batchId]);
      const [[row], [opening], found] = await Promise.all([locked, opened, ahead({ id, sql }, opened)]);
      if (row?.id === id && opening) return { row, opening, found };
    }
    const row = await lock(sql, scope);
    this.#known.set(key, row.id);
    const [opening] = await sql.query<Opening<Result>>(OPENING, [row.id, scope.runId, scope.batchId]);
    if (!opening) throw new AppError('server_error', `dataset ${row.id} vanished under its lock`);
    return { row, opening, found: await ahead({ id: row.id, sql }, Promise.resolve()) };
  }
}

/** The answer is awaited later, while the change is being made. */
function passFence(scope: BatchScope): Promise<void> {
  const allowed = scope.fence?.() ?? Promise.resolve();
  allowed.catch(() => undefined);
  return allowed;
}

async function lock(sql: Sql, scope: DatasetScope): Promise<DatasetRow> {
  const key = [scope.connectionId, scope.model];
  const [existing] = await sql.query<DatasetRow>(LOCK, key);
  if (existing) return existing;
  await sql.query(CREATE, [...key, scope.environmentId]);
  const [created] = await sql.query<DatasetRow>(LOCK, key);
  if (!created) throw new AppError('server_error', `no dataset for connection ${scope.connectionId} and model ${scope.model}`);
  return created;
}

function close(dataset: LockedDataset, scope: BatchScope, written: Written, result: object): Promise<unknown> {
  return dataset.sql.query(CLOSING, [
    dataset.id,
    dataset.at,
    written.changes,
    written.liveDelta,
    written.prunedSeq ?? null,
    written.trackedFrom !== undefined,
    written.trackedFrom ?? null,
    scope.runId,
    scope.batchId,
    toMultirange(written.seen ?? []),
    JSON.stringify(result),
  ]);
}
