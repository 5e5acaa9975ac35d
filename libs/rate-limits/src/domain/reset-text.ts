/** Milliseconds since the epoch. */
export type Clock = () => number;

const EPOCH_SECONDS_FROM = 1e9;
const EPOCH_MS_FROM = 1e11;
const DURATION = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/;

/**
 * How long until a limit is reset, in milliseconds: seconds from now, a moment (epoch seconds or milliseconds, a date) or a duration
 * such as `6m0s`. The size of a number tells the first two apart, as providers use one header name for both.
 * Undefined where the text says nothing, or names a moment that has passed.
 */
export function resetMs(text: string | undefined, clock: Clock): number | undefined {
  const trimmed = text?.trim();
  if (!trimmed) return undefined;
  const number = Number(trimmed);
  if (Number.isFinite(number)) return ofNumber(number, clock);
  return ofDuration(trimmed) ?? until(Date.parse(trimmed), clock());
}

function ofNumber(number: number, clock: Clock): number | undefined {
  if (number < 0) return undefined;
  if (number < EPOCH_SECONDS_FROM) return Math.ceil(number * 1000);
  return until(number < EPOCH_MS_FROM ? number * 1000 : number, clock());
}

function ofDuration(text: string): number | undefined {
  const parts = DURATION.exec(text);
  if (!parts) return undefined;
  const [days, hours, minutes, seconds, ms] = parts.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  return Math.ceil((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + ms);
}

const until = (moment: number, now: number): number | undefined => (moment > now ? Math.ceil(moment - now) : undefined);

const SKEW_NOTICED_MS = 5_000;

/**
 * The clock that an answer's moments are meant in: the provider's own (RFC 9110 §6.6.1 `Date`) where it differs from ours by more than
 * that header's resolution and the way here can explain. Read when it is first asked: most answers name no moment.
 */
export function clockOf(date: string | undefined, now: number): Clock {
  let read: number | undefined;
  return () => {
    read ??= meant(date, now);
    return read;
  };
}

function meant(date: string | undefined, now: number): number {
  const theirs = date === undefined ? Number.NaN : Date.parse(date);
  return Math.abs(theirs - now) > SKEW_NOTICED_MS ? theirs : now;
}
