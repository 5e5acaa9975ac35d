import type { LearntLimits } from '#libs/contracts';
import { afterMs, type AttemptOutcome, atMs } from '#libs/proxy';
import type { RetryRules } from '#libs/providers';
import { allowanceOf, first, type Headers } from './allowance.js';
import type { Allowance } from './allowance.types.js';
import { capLimits } from './cap-limits.js';
import { type Clock, clockOf } from './reset-text.js';

/** A refusal for too many calls that names no wait is believed to last this long. */
const UNNAMED_BLOCK_MS = 1_000;
/** A limit is watched from when this much of it is left. */
const LOW_SHARE = 0.1;
const LOW_COUNT = 5;
/** A reset this much later than the wait a refusal names belongs to another limit. */
const SAME_LIMIT_MS = 2_000;
const MAX_COUNT = 1e9;

/**
 * What an answer says about the provider's limits: how much is left and until when, and whether calls are refused until then.
 * Undefined where it says nothing.
 * @param now milliseconds since the epoch
 * @param capMs no wait is longer
 */
export function readLimits(
  outcome: AttemptOutcome,
  rules: RetryRules | undefined,
  now: number,
  capMs: number,
): LearntLimits | undefined {
  if (outcome.status === undefined) return undefined;
  const { status, headers } = outcome;
  const clock = clockOf(first(headers.date), now);
  const allowance = allowanceOf(headers, rules, clock);
  if (isRefusal(status, headers, allowance)) return capLimits(refusal(headers, rules, allowance, clock), capMs);
  return allowance && capLimits(rest(allowance), capMs);
}

function rest(allowance: Allowance): LearntLimits {
  const { remaining, limit, resetsInMs } = allowance;
  const low = remaining <= Math.max(LOW_COUNT, Math.floor((limit ?? 0) * LOW_SHARE));
  return { low, ...counts(allowance), resetsInMs };
}

/** 429; other refusals only where they say that it is the limit: by a wait (RFC 9110 §10.2.3), or because nothing is left. */
function isRefusal(status: number, headers: Headers, allowance: Allowance | undefined): boolean {
  if (status === 429) return true;
  if (status === 503 || status === 403) return namesRetryAfter(headers) || (status === 403 && allowance?.remaining === 0);
  return status >= 400 && status < 500 && allowance?.remaining === 0;
}

const namesRetryAfter = (headers: Headers): boolean =>
  headers['retry-after'] !== undefined || headers['retry-after-ms'] !== undefined;

function refusal(headers: Headers, rules: RetryRules | undefined, allowance: Allowance | undefined, clock: Clock): LearntLimits {
  const named = namedWait(headers, rules, clock);
  const blockedForMs = Math.max(1, named ?? allowance?.resetsInMs ?? UNNAMED_BLOCK_MS);
  const resetsInMs = allowance?.resetsInMs;
  const isOneLimit = resetsInMs !== undefined && allowance?.remaining === 0 && resetsInMs <= blockedForMs + SAME_LIMIT_MS;
  return {
    low: true,
    ...(allowance ? counts(allowance) : {}),
    blockedForMs,
    resetsInMs: isOneLimit ? Math.max(resetsInMs, blockedForMs) : undefined,
  };
}

const counts = ({ remaining, limit, windowMs }: Allowance) => ({
  remaining: Math.min(remaining, MAX_COUNT),
  limit: limit === undefined || limit < 1 ? undefined : Math.min(limit, MAX_COUNT),
  windowMs: windowMs === undefined || windowMs < 1 ? undefined : windowMs,
});

/** The wait a refusal names: the catalogue's headers first (longest wins, spec/auth.md §1.8), then the general ones. */
function namedWait(headers: Headers, rules: RetryRules | undefined, clock: Clock): number | undefined {
  const read = (names: string | readonly string[] | undefined, toMs: typeof afterMs) =>
    [names ?? []].flat().map((name) => toMs(first(headers[name.toLowerCase()]), clock()));
  const waits = [...read(rules?.at, atMs), ...read(rules?.after, afterMs)].filter((wait) => wait !== undefined);
  if (waits.length > 0) return Math.max(...waits);
  const ms = Number(first(headers['retry-after-ms']) ?? Number.NaN);
  if (Number.isFinite(ms) && ms >= 0) return Math.ceil(ms);
  return afterMs(first(headers['retry-after']), clock());
}
