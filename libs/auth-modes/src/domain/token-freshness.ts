import type { Provider } from '#libs/providers';
import type { Credentials, Freshness } from '../auth.types.js';

/** Tokens are renewed this long before they end, unless the provider says otherwise (spec/auth.md §4.1). */
export const DEFAULT_MARGIN_MS = 15 * 60_000;

type Rules = Pick<Provider, 'token_expiration_buffer'>;

/** How long before its end a provider's token is renewed, in milliseconds. */
export const marginOf = ({ token_expiration_buffer: seconds }: Rules): number =>
  seconds === undefined ? DEFAULT_MARGIN_MS : seconds * 1000;

/** When stored credentials end; null when they do not say. */
export function expiryOf(credentials: Credentials): Date | null {
  const { expires_at: expiresAt } = credentials;
  if (typeof expiresAt !== 'string') return null;
  const date = new Date(expiresAt);
  return Number.isNaN(date.getTime()) ? null : date;
}

/**
 * From when on credentials must be renewed before use; null when they do not say when they end. A token that lives less long than
 * the margin is used for half of its life, or it would be renewed at every use.
 * @param savedAt when they were got, if it is known
 */
export function dueAt(credentials: Credentials, provider: Rules, savedAt: Date | null): Date | null {
  const expiry = expiryOf(credentials);
  if (!expiry) return null;
  const life = savedAt ? Math.max(expiry.getTime() - savedAt.getTime(), 0) : Number.POSITIVE_INFINITY;
  return new Date(expiry.getTime() - Math.min(marginOf(provider), life / 2));
}

/** Whether credentials must be renewed before use (spec/auth.md §4.2). @param savedAt as of `dueAt` */
export function tokenFreshness(credentials: Credentials, provider: Rules, now: Date, savedAt: Date | null = null): Freshness {
  const due = dueAt(credentials, provider, savedAt);
  if (!due) return 'unknown';
  return due > now ? 'fresh' : 'due';
}
