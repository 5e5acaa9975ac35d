import type { OutboundRequest } from './outbound-request.js';
import type { AttemptOutcome } from './retry-decision.js';
import type { RetryRefusal } from './retry-refusal.js';

/** One attempt, for logs. */
export interface Attempt {
  readonly request: OutboundRequest;
  readonly outcome: AttemptOutcome;
  /** 0 is the first. */
  readonly number: number;
  /** Until the answer's headers, in milliseconds. */
  readonly durationMs: number;
  /** Set when another attempt follows, after this time. */
  readonly retryInMs?: number | undefined;
  /** Why no other attempt follows although one was due. */
  readonly retryRefused?: RetryRefusal | undefined;
  /**
   * The beginning of an upstream's refusal, masked, as far as it has come by: complete once the answer was read or sent on. Undefined
   * for bytes that are no text.
   */
  readonly errorBody?: (() => string | undefined) | undefined;
}
