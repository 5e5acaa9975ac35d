import type { ProxyConfig } from './proxy.config.js';
import { REPLAY_LIMIT_BYTES } from './resendable-body.js';

/** Bounds of every call of a transport. */
export interface SendLimits {
  /** Until the answer begins, over all attempts and waits, in milliseconds; infinite where there is none. */
  readonly totalMs: number;
  /** For the head of an answer, from when the upstream has the request, in milliseconds; 0 for ever. */
  readonly headMs: number;
  /** For more of an answer, while the caller reads, in milliseconds; 0 for ever. */
  readonly idleMs: number;
  /** How much of a streamed body is remembered for another attempt. */
  readonly replayBytes: number;
  /** Codes of network errors that are tried again besides the usual ones. */
  readonly networkCodes: ReadonlySet<string>;
}

const TOTAL_MS = 900_000;
const HEAD_MS = 300_000;
const IDLE_MS = 300_000;

/** What the environment says, with the usual bounds where it says nothing. */
export const sendLimits = (config: Partial<ProxyConfig> = {}): SendLimits => ({
  totalMs: (config.FAIRLEAD_PROXY_TOTAL_TIMEOUT_MS ?? TOTAL_MS) || Number.POSITIVE_INFINITY,
  headMs: config.FAIRLEAD_PROXY_HEAD_TIMEOUT_MS ?? HEAD_MS,
  idleMs: config.FAIRLEAD_PROXY_IDLE_TIMEOUT_MS ?? IDLE_MS,
  replayBytes: config.FAIRLEAD_PROXY_REPLAY_LIMIT_BYTES ?? REPLAY_LIMIT_BYTES,
  networkCodes: new Set(config.NANGO_RETRYABLE_NETWORK_ERRORS),
});
