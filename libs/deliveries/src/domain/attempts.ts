import type { Attempted } from '../deliveries.types.js';

/** Waits before the second and the third attempt; there is no fourth (spec/api.md §6.1). */
export const RETRY_DELAYS_MS: readonly number[] = [3_000, 6_000];

export type Verdict =
  | { readonly state: 'delivered' }
  | { readonly state: 'failed' }
  | { readonly state: 'pending'; readonly retryInMs: number };

/**
 * What follows from attempt number `attempt` (the first is 1). Silence and the receiver's own failures are tried again; an answer
 * that says no, or points elsewhere, is final, and so is an address the outbound policy forbids.
 */
export function judge(attempt: number, result: Attempted, delaysMs: readonly number[] = RETRY_DELAYS_MS): Verdict {
  if ('status' in result && result.status >= 200 && result.status < 300) return { state: 'delivered' };
  const retryInMs = delaysMs[attempt - 1];
  return mayBeTransient(result) && retryInMs !== undefined ? { state: 'pending', retryInMs } : { state: 'failed' };
}

const mayBeTransient = (result: Attempted): boolean => ('status' in result ? result.status >= 500 : !result.refused);
