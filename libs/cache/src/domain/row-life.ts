/**
 * How long a row that was known to be current may be used after that: with the time it takes to notice and to act, a change counts
 * everywhere within a second.
 */
export const SURE_MS = 900;

/** The longest a row is used without being read again, for changes that nobody tells: those made past the services, in the database. */
export const BACKSTOP_MS = 30_000;

/** A row whose certainty ends within this time is read again behind the back of those who use it. */
const SURE_AHEAD_MS = 100;
/** As much before the backstop, of the time a row is kept. */
const AHEAD_SHARE = 0.1;

export type RowState = 'good' | 'ending' | 'over';

/**
 * What may be done with a remembered row: used, used while it is read again, or nothing. All times in milliseconds of one clock.
 * @param readAt when reading it began
 * @param provenAt as of when all changes are known to have been heard; earlier than `readAt` where they may not have been
 * @param keptMs the longest it is kept
 */
export function rowState(readAt: number, provenAt: number, keptMs: number, now: number): RowState {
  const sureUntil = Math.max(readAt, provenAt) + SURE_MS;
  const keptUntil = readAt + keptMs;
  if (now >= sureUntil || now >= keptUntil) return 'over';
  return now >= sureUntil - SURE_AHEAD_MS || now >= keptUntil - keptMs * AHEAD_SHARE ? 'ending' : 'good';
}
