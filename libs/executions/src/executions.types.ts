import type { ExecutionKind, ExecutionState, FunctionError, JobData } from '#libs/contracts';
import type { ConnectionRowId, EnvironmentId, ExecutionId, FunctionId, OperationId, SyncId } from '#libs/kernel';

/** Kinds that are a row before anyone is told that they were accepted. */
export type StoredKind = Exclude<ExecutionKind, 'action'>;
export type FinalState = Exclude<ExecutionState, 'queued' | 'running'>;

/** Work to accept. */
export interface NewExecution {
  /** A new one is made where it is absent. */
  readonly id?: ExecutionId | undefined;
  readonly kind: StoredKind;
  readonly environmentId: EnvironmentId;
  readonly functionId: FunctionId;
  readonly connectionRowId: ConnectionRowId;
  readonly syncId?: SyncId | undefined;
  /** Any JSON value; sealed at rest. */
  readonly input?: unknown;
  readonly operationId?: OperationId | undefined;
  /** What the kind's own module wants to know when it starts, such as `{ emptyCache: true }`. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** When it must have started, by default as its kind says (spec/functions.md §4.1). */
  readonly startDeadline?: Date | undefined;
  /** Not to be started before; its start deadline counts from then. */
  readonly availableAt?: Date | undefined;
  /** 1 unless told otherwise. */
  readonly maxAttempts?: number | undefined;
}

/** An action somebody waits for. */
export interface NewAction {
  readonly environmentId: EnvironmentId;
  readonly functionId: FunctionId;
  readonly connectionRowId: ConnectionRowId;
  readonly input: unknown;
  readonly operationId: OperationId;
  /** A new one is made where it is absent. */
  readonly executionId?: ExecutionId;
  /** Its outcome is written down, whole, before it is told: others may ask for it later. */
  readonly isKept?: boolean;
  /** 30 s unless told otherwise. */
  readonly startWithinMs?: number;
  /** 15 min unless told otherwise. */
  readonly runWithinMs?: number;
}

/** A row of the ledger. */
export interface Execution {
  readonly id: ExecutionId;
  readonly environmentId: EnvironmentId;
  readonly kind: ExecutionKind;
  readonly state: ExecutionState;
  /** 0 for the first. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** The same for all attempts at one piece of work; the id of an asynchronous action. */
  readonly retryKey: string;
  readonly connectionRowId: ConnectionRowId;
  readonly functionId: FunctionId;
  readonly syncId: SyncId | null;
  readonly operationId: OperationId | null;
  readonly input: unknown;
  readonly options: Readonly<Record<string, unknown>>;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  /** When a running execution must have ended. */
  readonly deadlineAt: Date | null;
}

/** What there is to know of an execution by who has just ended it. */
export type Settled = Pick<Execution, 'id' | 'kind' | 'syncId' | 'options'>;

/** How an execution ended. */
export interface Settlement {
  readonly state: FinalState;
  /** Any JSON value; sealed at rest. */
  readonly output?: unknown;
  readonly error?: FunctionError | undefined;
}

/** Why an execution that did not end by itself was ended. */
export type Overdue = 'start_deadline' | 'run_deadline' | 'worker_lost';
export interface OverdueExecution {
  readonly id: ExecutionId;
  readonly kind: ExecutionKind;
  readonly cause: Overdue;
}

export type ActionJob = JobData<'action.run'>;
