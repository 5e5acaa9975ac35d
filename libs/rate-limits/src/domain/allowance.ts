import type { RetryRules } from '#libs/providers';
import type { Allowance } from './allowance.types.js';
import { type Clock, resetMs } from './reset-text.js';
import { structuredAllowances } from './structured-limits.js';

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

interface Spelling {
  readonly remaining: string;
  readonly limit: string;
  readonly reset?: string;
  /** Header with the window in milliseconds, or the window itself. */
  readonly window?: string | number;
}

const common = (prefix: string): Spelling => ({
  remaining: `${prefix}-remaining`,
  limit: `${prefix}-limit`,
  reset: `${prefix}-reset`,
});

/** How providers spell limits. */
const SPELLINGS: readonly Spelling[] = [
  common('x-ratelimit'),
  common('ratelimit'),
  common('x-rate-limit'),
  common('x-ratelimit-requests'),
  common('anthropic-ratelimit-requests'),
  { remaining: 'x-ratelimit-remaining-requests', limit: 'x-ratelimit-limit-requests', reset: 'x-ratelimit-reset-requests' },
  {
    remaining: 'x-hubspot-ratelimit-remaining',
    limit: 'x-hubspot-ratelimit-max',
    window: 'x-hubspot-ratelimit-interval-milliseconds',
  },
  { remaining: 'x-hubspot-ratelimit-secondly-remaining', limit: 'x-hubspot-ratelimit-secondly', window: 1_000 },
  { remaining: 'x-hubspot-ratelimit-daily-remaining', limit: 'x-hubspot-ratelimit-daily', window: 86_400_000 },
];

/** `39/40`: used of how many. */
const SHOPIFY = 'x-shopify-shop-api-call-limit';

/** The tightest of the limits an answer tells of; undefined where it tells of none. */
export function allowanceOf(headers: Headers, rules: RetryRules | undefined, clock: Clock): Allowance | undefined {
  let tightest: Allowance | undefined;
  const take = (found: Allowance | undefined) => {
    if (found && (!tightest || isTighter(found, tightest))) tightest = found;
  };
  for (const spelling of SPELLINGS) take(spelled(headers, spelling, clock));
  const structured = first(headers['ratelimit']);
  if (structured !== undefined) structuredAllowances(structured, first(headers['ratelimit-policy'])).forEach(take);
  take(usedOf(first(headers[SHOPIFY])));
  take(catalogued(headers, rules, clock));
  return tightest;
}

const isTighter = (one: Allowance, other: Allowance): boolean =>
  one.remaining === other.remaining ? (one.resetsInMs ?? 0) > (other.resetsInMs ?? 0) : one.remaining < other.remaining;

function spelled(headers: Headers, { remaining, limit, reset, window }: Spelling, clock: Clock): Allowance | undefined {
  const left = countOf(first(headers[remaining]));
  if (left === undefined) return undefined;
  return {
    remaining: left,
    limit: countOf(first(headers[limit])),
    resetsInMs: reset === undefined ? undefined : resetMs(first(headers[reset]), clock),
    windowMs: typeof window === 'string' ? countOf(first(headers[window])) : window,
  };
}

/** The limit a catalogue entry names: `remaining`, with the moment of `at` or the seconds of `after` (spec/auth.md §1.8). */
function catalogued(headers: Headers, rules: RetryRules | undefined, clock: Clock): Allowance | undefined {
  if (!rules?.remaining) return undefined;
  const remaining = countOf(first(headers[rules.remaining.toLowerCase()]));
  if (remaining === undefined) return undefined;
  const resets = [rules.at ?? [], rules.after ?? []]
    .flat()
    .map((name) => resetMs(first(headers[name.toLowerCase()]), clock))
    .filter((wait) => wait !== undefined);
  return { remaining, resetsInMs: resets.length > 0 ? Math.max(...resets) : undefined };
}

function usedOf(text: string | undefined): Allowance | undefined {
  if (text === undefined) return undefined;
  const [, used, limit] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  return used === undefined ? undefined : { remaining: Math.max(0, Number(limit) - Number(used)), limit: Number(limit) };
}

/** The leading number: drafts and gateways append windows and further limits (`100, 100;w=60`). */
function countOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const digits = /^\s*(\d{1,15})(?:\.\d+)?(?=\s*(?:[,;]|$))/.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export const first = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : value?.[0];
