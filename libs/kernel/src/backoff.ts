/** Shape of an exponential backoff; all figures in milliseconds. */
export interface BackoffPolicy {
  readonly baseMs: number;
  readonly factor: number;
  readonly maxMs: number;
}

/** Wait before retry number `attempt` (0 is the first retry). */
export function backoffMs(attempt: number, policy: BackoffPolicy): number {
  return Math.min(policy.baseMs * policy.factor ** attempt, policy.maxMs);
}
