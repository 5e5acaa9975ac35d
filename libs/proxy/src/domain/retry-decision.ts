import { backoffMs } from '#libs/kernel';
import type { RetryRules } from '#libs/providers';
import { isRetryableCode } from './network-errors.js';

export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** How an attempt ended: with an answer, or with none. */
export type AttemptOutcome =
  | { readonly status: number; readonly headers: ResponseHeaders }
  | { readonly status?: undefined; readonly code: string };

/** What a caller asks for on top of the provider's rules. */
export interface RetryOptions {
  /** Attempts besides the first. */
  readonly retries: number;
  /** Statuses to retry besides the usual ones. */
  readonly retryOn?: readonly number[] | undefined;
  /** Codes of network errors to retry besides the usual ones. */
  readonly networkCodes?: ReadonlySet<string> | undefined;
  /** Response headers that say how long to wait, asked before the provider's. */
  readonly retryHeader?:
    | { readonly at?: string | readonly string[] | undefined; readonly after?: string | readonly string[] | undefined }
    | undefined;
}

export type RetryDecision =
  | { readonly retry: false }
  /** `waitMs` is undefined where the provider's body may name the wait; `fallbackMs` counts if it does not. */
  | { readonly retry: true; readonly waitMs: number | undefined; readonly fallbackMs: number };

const BACKOFF = { baseMs: 3_000, factor: 2, maxMs: 600_000 };

/** The longest wait a timer can hold. */
const MAX_WAIT_MS = 2 ** 31 - 1;
const NO: RetryDecision = { retry: false };

/**
 * Whether an attempt is followed by another, and after how long (spec/auth.md §6.6).
 * @param attempt 0 is the first attempt
 */
export function retryDecision(
  outcome: AttemptOutcome,
  attempt: number,
  options: RetryOptions,
  rules: RetryRules | undefined,
  now: Date,
): RetryDecision {
  if (attempt >= options.retries) return NO;
  const fallbackMs = backoffMs(attempt, BACKOFF);
  if (outcome.status === undefined) {
    return isRetryableCode(outcome.code, options.networkCodes) ? { retry: true, waitMs: fallbackMs, fallbackMs } : NO;
  }
  if (!isRetryable(outcome.status, outcome.headers, options, rules)) return NO;
  const waitMs = headerWait(outcome.headers, options, rules, now.getTime());
  if (waitMs !== undefined) return { retry: true, waitMs: Math.min(waitMs, MAX_WAIT_MS), fallbackMs };
  return { retry: true, waitMs: rules?.in_body ? undefined : fallbackMs, fallbackMs };
}

function isRetryable(status: number, headers: ResponseHeaders, options: RetryOptions, rules: RetryRules | undefined): boolean {
  const listed = rules?.error_code;
  if (listed ? listed.some((range) => covers(range, status)) : status >= 500 || status === 429 || status === 401) return true;
  if (options.retryOn?.includes(status)) return true;
  return status >= 400 && rules?.remaining !== undefined && one(headers[rules.remaining.toLowerCase()]) === '0';
}

/** `429`, `5xx` or `500-502`. */
function covers(range: string, status: number): boolean {
  if (range.endsWith('xx')) return Math.floor(status / 100) === Number(range[0]);
  const [from, to = from] = range.split('-').map(Number) as [number, number?];
  return status >= from && status <= to;
}

/** The longest wait any of the named headers asks for; the caller's headers are asked first, RFC 9110's Retry-After last. */
function headerWait(
  headers: ResponseHeaders,
  { retryHeader }: RetryOptions,
  rules: RetryRules | undefined,
  now: number,
): number | undefined {
  return (
    longest(headers, retryHeader?.at, retryHeader?.after, now) ??
    longest(headers, rules?.at, rules?.after, now) ??
    afterMs(one(headers['retry-after']), now)
  );
}

type Names = string | readonly string[] | undefined;

function longest(headers: ResponseHeaders, at: Names, after: Names, now: number): number | undefined {
  const read = (names: Names, toMs: (text: string | undefined, now: number) => number | undefined) =>
    [names ?? []].flat().map((name) => toMs(one(headers[name.toLowerCase()]), now));
  const waits = [...read(at, atMs), ...read(after, afterMs)].filter((wait) => wait !== undefined);
  return waits.length > 0 ? Math.max(...waits) : undefined;
}

const one = (value: string | string[] | undefined): string | undefined => (typeof value === 'string' ? value : value?.[0]);

/** Seconds to wait, or a date as Retry-After may hold. */
export function afterMs(text: string | undefined, now: number): number | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return seconds >= 0 ? Math.ceil(seconds * 1000) : undefined;
  return until(Date.parse(text), now);
}

const EPOCH_MS_FROM = 1e11;

/** A moment: epoch seconds, epoch milliseconds or a date. One that has passed says nothing. */
export function atMs(text: string | undefined, now: number): number | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const number = Number(text);
  if (Number.isFinite(number)) return until(number < EPOCH_MS_FROM ? number * 1000 : number, now);
  return until(Date.parse(text), now);
}

const until = (moment: number, now: number): number | undefined => (moment > now ? Math.ceil(moment - now) : undefined);
