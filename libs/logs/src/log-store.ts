import type { LogMessage } from '#libs/contracts';

/** What operations are about (spec/engine.md §5.1). */
export type OperationType = 'function' | 'sync' | 'action' | 'proxy' | 'webhook' | 'events' | 'auth' | 'deploy' | 'admin';

export type FinalState = 'success' | 'failed' | 'timeout' | 'cancelled';
export type OperationState = 'waiting' | 'running' | FinalState;

export interface OperationError {
  readonly name?: string;
  readonly message: string;
  readonly type?: string;
  readonly payload?: unknown;
}

/** Everything about an operation that is known when it begins. */
export interface OperationStart {
  readonly type: OperationType;
  /** Such as `run`, `call`, `create_connection`. */
  readonly action: string;
  readonly message: string;
  readonly environmentId: number;
  readonly environmentName?: string | undefined;
  /** Provider config key. */
  readonly integrationName?: string | undefined;
  readonly provider?: string | undefined;
  readonly connectionRowId?: number | undefined;
  /** Connection id as customers know it. */
  readonly connectionName?: string | undefined;
  readonly functionName?: string | undefined;
  readonly syncId?: string | undefined;
  readonly executionId?: string | undefined;
  readonly actor?: unknown;
  readonly request?: LogMessage['request'];
  readonly meta?: unknown;
  readonly expiresAt?: Date | undefined;
}

/** How an operation ended. */
export interface OperationEnd {
  readonly state: FinalState;
  readonly error?: OperationError | undefined;
  readonly response?: LogMessage['response'];
  readonly meta?: unknown;
}

/** One side of an operation's row, its beginning or its end, stored in any order; or both at once. */
export type OperationRow = { readonly id: string; readonly createdAt: string } & Partial<
  Omit<OperationStart, 'expiresAt'> & OperationEnd & { level: 'info' | 'error'; expiresAt: string; endedAt: string }
>;

export type MessageRow = LogMessage & { readonly id: string; readonly operationId: string };

/** An operation that is stored once: both its sides, in the form that suits its store. */
export interface PackedOperation {
  readonly level: LogMessage['level'];
  readonly packed: unknown;
  /** What it takes while it waits. */
  readonly bytes: number;
}

/** What is stored together. */
export interface LogBatch {
  readonly operations: readonly OperationRow[];
  readonly packed: readonly PackedOperation[];
  readonly messages: readonly MessageRow[];
}

/** A stored operation, as it is read. */
export type StoredOperation = OperationRow & { readonly state: OperationState; readonly level: string };

/** Where operations and messages are kept: Postgres, standard output, or memory in tests. */
export abstract class LogStore {
  /** Puts an operation that was over when it was first heard of into the form it waits and is stored in: as it is, unless a store has a better one. */
  pack(row: OperationRow): PackedOperation {
    return { level: row.level ?? 'info', packed: row, bytes: JSON.stringify(row).length };
  }

  /** Stores a batch as a whole; it may be stored again without harm. */
  abstract write(batch: LogBatch): Promise<void>;
  abstract operation(id: string): Promise<StoredOperation | null>;
  /** Messages of an operation in the order they were written. */
  abstract messages(operationId: string): Promise<MessageRow[]>;
  /** Prepares the days to come and drops those past the retention. */
  abstract maintain(now: Date): Promise<void>;
}
