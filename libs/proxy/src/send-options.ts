import type { EndSignal } from './call-clock.js';
import type { Attempt } from './domain/attempt.js';
import type { OutboundRequest } from './domain/outbound-request.js';
import type { AttemptOutcome, RetryOptions } from './domain/retry-decision.js';

export interface SendOptions extends Partial<RetryOptions> {
  /** Gives up the request, a wait between attempts, and the answer's body. */
  readonly signal?: EndSignal | undefined;
  /**
   * Until the answer begins, over all attempts and waits, in milliseconds; no more than the transport's own bound. A wait that would
   * end later is not begun: the answer at hand is the call's.
   */
  readonly totalMs?: number | undefined;
  /**
   * Asked before every attempt, the first included; nothing is awaited where it answers undefined. What it throws ends the call.
   * @param attempt 0 is the first
   * @param endsAt when the call's time is up, in milliseconds since the epoch; infinite where it has no bound
   */
  readonly admit?: ((request: OutboundRequest, attempt: number, endsAt: number) => Promise<void> | undefined) | undefined;
  /**
   * Asked for the request of another attempt, with credentials read anew: after a 401 at once, where null keeps that answer because
   * another attempt could not end otherwise; else when the wait is over. See `renewal`.
   */
  readonly renew?: ((outcome: AttemptOutcome) => Promise<OutboundRequest | null>) | undefined;
  /** Told how long the body of a refusal asks to wait, in milliseconds, where another attempt may follow. */
  readonly onBodyWait?: ((request: OutboundRequest, waitMs: number) => void) | undefined;
  /** Told of every attempt, the last one included, once it is known what follows. */
  readonly onAttempt?: ((attempt: Attempt) => void) | undefined;
}
