const YEAR_MS = 365.25 * 24 * 60 * 60_000;

/** How long credentials are good for of which nobody knows when they end (spec/auth.md §2.13). */
export const FOREVER_MS = 99 * YEAR_MS;

/** The moment that is so much later, as credentials write it. */
export const endOf = (now: Date, lifetimeMs: number): string => new Date(now.getTime() + lifetimeMs).toISOString();
