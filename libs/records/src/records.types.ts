import type { BatchResult } from '#libs/contracts';

/** One dataset: the records of a model of a connection. */
export interface DatasetScope {
  readonly environmentId: number;
  /** Row id of the connection. */
  readonly connectionId: number;
  /** Model, or `Model::variant` where the variant is not `base`. */
  readonly model: string;
}

/** One batch of a run. */
export interface BatchScope extends DatasetScope {
  /** Execution id: a uuid. */
  readonly runId: string;
  /** Unique in the run; a batch that is sent again under its id is applied once and answered alike. */
  readonly batchId: string;
  /**
   * Asked once the dataset is locked, and before anything is kept: throws where the run has ended. What took the run's place waits for that
   * lock, so nothing is ever written behind it, however long a process was stopped on its way here.
   */
  readonly fence?: (() => Promise<void>) | undefined;
}

export interface WriteBatch extends BatchScope {
  /** Records as they came: checked here. */
  readonly records: readonly unknown[];
  /** Cursor of `ignore_if_modified_after`: records others changed after it are left alone. */
  readonly merging?: string | undefined;
}

export type { BatchResult };

export type RecordAction = 'added' | 'updated' | 'deleted';

export interface PageQuery {
  readonly connectionId: number;
  readonly model: string;
  readonly cursor?: string | undefined;
  /** 1 to 10,000; default 100. */
  readonly limit?: number | undefined;
  /** Last actions to return: the union of what is named; absent or empty means all. */
  readonly filter?: readonly RecordAction[] | undefined;
  /** External ids. */
  readonly ids?: readonly string[] | undefined;
  /** ISO 8601; inclusive. */
  readonly modifiedAfter?: string | undefined;
}

/** A page as the JSON text of `{ records, next_cursor }`: payloads are passed on without being parsed. */
export interface RecordsPageText {
  readonly json: string;
  /** How many records it holds. */
  readonly count: number;
}

export interface DatasetCount {
  /** Row id of the connection. */
  readonly connectionId: number;
  readonly model: string;
  /** Live records. */
  readonly count: number;
  readonly updatedAt: Date;
}

/** A dataset nothing was written to for long. */
export interface IdleDataset {
  readonly id: number;
  readonly connectionId: number;
  readonly model: string;
}
