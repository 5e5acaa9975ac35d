const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** No sync runs more often than this. */
export const MIN_FREQUENCY_MS = 30 * SECOND;

/** Units with or without a number: `hour`, `5 minutes`, `1h` (spec/functions.md §1.6, both grammars). */
const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^(ms|msecs?|milliseconds?)$/, 1],
  [/^(s|secs?|seconds?)$/, SECOND],
  [/^(m|mins?|minutes?)$/, MINUTE],
  [/^(h|hrs?|hours?)$/, HOUR],
  [/^(d|days?)$/, DAY],
  [/^(w|weeks?)$/, 7 * DAY],
  [/^(y|yrs?|years?)$/, 365.25 * DAY],
];

const PHRASES: Readonly<Record<string, number>> = {
  'half day': 12 * HOUR,
  'half hour': 30 * MINUTE,
  'quarter hour': 15 * MINUTE,
  month: 30 * DAY,
};

const AMOUNT = /^(\d+(?:\.\d+)?|\.\d+)?\s*([a-z]+)$/;

export type Frequency =
  | { readonly ok: true; readonly ms: number }
  /** `invalid`: no frequency at all. `too_short`: under 30 seconds. */
  | { readonly ok: false; readonly problem: 'invalid' | 'too_short' };

/** Reads `every 5 minutes`, `every half hour`, `1d`. */
export function parseFrequency(text: string): Frequency {
  const words = text
    .trim()
    .toLowerCase()
    .replace(/^every\s+/, '');
  const ms = PHRASES[words] ?? amountOf(words);
  if (ms === undefined || !Number.isFinite(ms)) return { ok: false, problem: 'invalid' };
  return ms < MIN_FREQUENCY_MS ? { ok: false, problem: 'too_short' } : { ok: true, ms };
}

function amountOf(words: string): number | undefined {
  const [, amount, name] = AMOUNT.exec(words) ?? [];
  const unit = name === undefined ? undefined : UNITS.find(([pattern]) => pattern.test(name))?.[1];
  return unit === undefined ? undefined : Math.round(Number(amount ?? '1') * unit);
}

/** The shortest exact form: `5m`, `90s`, `1d`. */
export function formatFrequency(ms: number): string {
  for (const [unit, name] of [
    [DAY, 'd'],
    [HOUR, 'h'],
    [MINUTE, 'm'],
    [SECOND, 's'],
  ] as const) {
    if (ms % unit === 0) return `${ms / unit}${name}`;
  }
  return `${ms}ms`;
}
