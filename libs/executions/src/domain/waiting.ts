import { WORKER_LOST_AFTER_MS } from './limits.js';
import type { ExpiryReason } from './outcomes.js';

/** An action somebody waits for, as far as its deadlines are concerned. */
export interface Wait {
  readonly sinceMs: number;
  readonly startWithinMs: number;
  readonly runWithinMs: number;
  /** When its worker was last heard of; undefined before it started. */
  readonly heardAtMs: number | undefined;
}

/** A worker that starts in the last moment is heard of a little later. */
const START_GRACE_MS = 2_000;

/** Whether to stop waiting, and why. */
export function expiry(wait: Wait, nowMs: number): ExpiryReason | undefined {
  const age = nowMs - wait.sinceMs;
  if (age > wait.startWithinMs + wait.runWithinMs) return 'startedToCompletedTimeoutSecs_exceeded';
  if (wait.heardAtMs === undefined)
    return age > wait.startWithinMs + START_GRACE_MS ? 'createdToStartedTimeoutSecs_exceeded' : undefined;
  return nowMs - wait.heardAtMs > WORKER_LOST_AFTER_MS ? 'heartbeatTimeoutSecs_exceeded' : undefined;
}
