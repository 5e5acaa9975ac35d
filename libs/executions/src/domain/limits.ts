import type { ExecutionKind } from '#libs/contracts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export interface KindLimits {
  /** Between being accepted and starting. */
  readonly startWithinMs: number;
  /** Between starting and ending. */
  readonly runWithinMs: number;
}

/** spec/functions.md §4.1 */
export const LIMITS: Readonly<Record<ExecutionKind, KindLimits>> = {
  action: { startWithinMs: 30 * SECOND, runWithinMs: 15 * MINUTE },
  'action-async': { startWithinMs: 24 * HOUR, runWithinMs: 15 * MINUTE },
  sync: { startWithinMs: HOUR, runWithinMs: 24 * HOUR },
  'on-event': { startWithinMs: 30 * SECOND, runWithinMs: 5 * MINUTE },
};

/** A worker writes its heartbeat this often. */
export const WORKER_HEARTBEAT_MS = 5 * SECOND;
/** Silence for longer than this means that the worker, and what it ran, is lost. */
export const WORKER_LOST_AFTER_MS = 20 * SECOND;
