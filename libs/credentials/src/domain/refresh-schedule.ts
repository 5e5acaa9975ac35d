import { type Credentials, dueAt } from '#libs/auth-modes';
import type { Provider } from '#libs/providers';

const DAY_MS = 24 * 3_600_000;
/** Tokens minted together do not end together: at most this part of what is left of their life goes off. */
const SPREAD = 0.2;
const MAX_SPREAD_MS = 30 * 60_000;
/** Types whose credentials do not end but may be revoked: tried once a day (spec/auth.md §4.4). */
const TESTED_DAILY = new Set(['API_KEY', 'BASIC', 'TBA']);

/**
 * When a connection's credentials are to be looked after though nobody uses them: ahead of the margin in which users of the
 * token would renew it themselves, spread over time. Null: never.
 * @param now when they were got
 * @param random in [0, 1)
 */
export function nextRefreshAt(
  credentials: Credentials,
  provider: Pick<Provider, 'token_expiration_buffer'>,
  now: Date,
  random: number,
): Date | null {
  if (TESTED_DAILY.has(credentials.type)) return new Date(now.getTime() + DAY_MS * (1 + SPREAD * random));
  const latest = dueAt(credentials, provider, now);
  if (!latest) return null;
  const spread = Math.min(Math.max(latest.getTime() - now.getTime(), 0) * SPREAD, MAX_SPREAD_MS);
  return new Date(latest.getTime() - spread * random);
}
