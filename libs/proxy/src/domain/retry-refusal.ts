/** Why an attempt that was due is not made: its body is gone, or its wait would go past the call's time. */
export type RetryRefusal = 'body-too-large' | 'out-of-time';

/** Tells the caller that another attempt was due and was not made (a structured field, RFC 9651: `refused; reason=…`). */
export const RETRY_HEADER = 'fairlead-retry';

export const retryHeaderValue = (refusal: RetryRefusal): string => `refused; reason=${refusal}`;

/** The same as a sentence, for the message of a call without an answer. */
export function refusalSentence(refusal: RetryRefusal, replayBytes: number): string {
  return refusal === 'body-too-large'
    ? `it was not tried again: its body is longer than the ${replayBytes} bytes that are remembered (FAIRLEAD_PROXY_REPLAY_LIMIT_BYTES)`
    : 'it was not tried again: the wait before that would go past the time of the call';
}
