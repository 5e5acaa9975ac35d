import { expiryOf, type Freshness } from '#libs/auth-modes';
import type { Connection } from '../../credentials.types.js';

/** `use` the token as it is, `refresh` it first; or neither, because refreshing failed a moment ago or for days. */
export type RefreshDecision = 'use' | 'refresh' | 'backoff' | 'exhausted';

export interface Wish {
  /** Refresh whatever the token's state. */
  readonly forced: boolean;
  /** The provider has just refused the token. */
  readonly rejected: boolean;
}

/** After a failure a provider is left alone for this long (spec/auth.md §4.1). */
const BACKOFF_MS = 30_000;
/** A token that was renewed this recently is refused for another reason. So whoever refuses all costs one renewal in this time. */
const REFUSED_MIN_AGE_MS = 60_000;
/** Credentials as they came with the connection, never renewed. */
const FIRST_VERSION = 1;
/** A token about to end may end on its way. */
const STILL_VALID_MS = 5_000;

/** What to do about a connection's credentials before they are used (spec/auth.md §4.1, §4.2). */
export function refreshDecision(
  { refresh, credentialsVersion }: Pick<Connection, 'refresh' | 'credentialsVersion'>,
  freshness: Freshness,
  { forced, rejected }: Wish,
  now: Date,
): RefreshDecision {
  if (forced) return 'refresh';
  const isOld = credentialsVersion === FIRST_VERSION || age(refresh.savedAt, now) > REFUSED_MIN_AGE_MS;
  if (freshness !== 'due' && !(rejected && isOld)) return 'use';
  if (refresh.exhausted) return 'exhausted';
  return age(refresh.failedAt, now) < BACKOFF_MS ? 'backoff' : 'refresh';
}

const age = (at: Date | null, now: Date): number => (at ? now.getTime() - at.getTime() : Number.POSITIVE_INFINITY);

/** Whether a token may still be used although it could not be renewed: its end is known and has not come. */
export function isStillValid({ credentials }: Pick<Connection, 'credentials'>, now: Date): boolean {
  const expiry = expiryOf(credentials);
  return expiry !== null && expiry.getTime() - now.getTime() > STILL_VALID_MS;
}

/** A refresh has succeeded after ones that failed, and nobody has said so yet. */
export const hasRecovered = ({ refresh: { failedAt, savedAt } }: Pick<Connection, 'refresh'>): boolean =>
  failedAt !== null && savedAt !== null && savedAt > failedAt;
