import type { ConnectionLease, RateLimitMode } from '#libs/contracts';
import type { EndSignal } from '#libs/proxy';

export interface GovernorOptions {
  /** `off` learns nothing and asks nobody; the others are what a call does that does not choose itself. */
  readonly mode: RateLimitMode | 'off';
  /** How long a call waits at the longest, unless it says so itself. */
  readonly maxWaitMs: number;
  /** No provider's word is believed for longer. */
  readonly maxBlockMs: number;
}

/** One call to a provider, with all its attempts. */
export interface Governed<Via> {
  readonly environmentId: number;
  readonly lease: ConnectionLease;
  /** Whom turns are taken between; asked for only where turns are taken. */
  readonly caller: () => string;
  readonly mode?: RateLimitMode | undefined;
  readonly maxWaitMs?: number | undefined;
  /** Gives up a wait. */
  readonly signal?: EndSignal | undefined;
  readonly via: Via;
}

/** After its last trouble a bucket is watched for this long. */
export const QUIET_MS = 30_000;
