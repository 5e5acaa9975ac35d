import type { ExecutionKind } from '#libs/contracts';

/** Every key and channel of executions in Redis. Truth is in Postgres: all of them can be lost. */
export const keys = {
  admission: (kind: ExecutionKind) => `fairlead:admission:${kind}`,
  /** Which limits of environments admission has (`ExecutionCaps`). */
  limitsVersion: (kind: ExecutionKind) => `fairlead:admission:${kind}:limits:version`,
  /** Set once an execution has ended; persist refuses what it still writes. */
  settled: (id: string) => `fairlead:settled:${id}`,
  /** Input of an action that is too large for its job. */
  input: (id: string) => `fairlead:input:${id}`,
  /** Outcome of an action, for a moment, should its waiter have missed the reply. */
  outcome: (id: string) => `fairlead:outcome:${id}`,
  /** Exists while the queues in Redis are as the tables say. */
  epoch: 'fairlead:admission:epoch',
  replies: (process: string) => `fairlead:replies:${process}`,
  /** Ids of executions that must stop. */
  control: 'fairlead:control',
} as const;

/**
 * Three times as long as an action that somebody waits for, whose end has no row at first, can take with all its token lasts. Of the rest the
 * ledger says that it has ended: ten million runs a day would leave more than a gigabyte of marks that last as long as runs may.
 */
export const SETTLED_FOR_S = 3_600;
