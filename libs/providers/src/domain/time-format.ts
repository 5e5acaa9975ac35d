const two = (value: number): string => String(value).padStart(2, '0');
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

const TOKENS: Readonly<Record<string, (at: Date) => string>> = {
  YYYY: (at) => String(at.getUTCFullYear()).padStart(4, '0'),
  YY: (at) => two(at.getUTCFullYear() % 100),
  MMMM: (at) => MONTHS[at.getUTCMonth()]!,
  MMM: (at) => MONTHS[at.getUTCMonth()]!.slice(0, 3),
  MM: (at) => two(at.getUTCMonth() + 1),
  M: (at) => String(at.getUTCMonth() + 1),
  DD: (at) => two(at.getUTCDate()),
  D: (at) => String(at.getUTCDate()),
  dddd: (at) => DAYS[at.getUTCDay()]!,
  ddd: (at) => DAYS[at.getUTCDay()]!.slice(0, 3),
  dd: (at) => DAYS[at.getUTCDay()]!.slice(0, 2),
  d: (at) => String(at.getUTCDay()),
  HH: (at) => two(at.getUTCHours()),
  H: (at) => String(at.getUTCHours()),
  hh: (at) => two(at.getUTCHours() % 12 || 12),
  h: (at) => String(at.getUTCHours() % 12 || 12),
  mm: (at) => two(at.getUTCMinutes()),
  m: (at) => String(at.getUTCMinutes()),
  ss: (at) => two(at.getUTCSeconds()),
  s: (at) => String(at.getUTCSeconds()),
  SSS: (at) => String(at.getUTCMilliseconds()).padStart(3, '0'),
  ZZ: () => '+0000',
  Z: () => '+00:00',
  A: (at) => (at.getUTCHours() < 12 ? 'AM' : 'PM'),
  a: (at) => (at.getUTCHours() < 12 ? 'am' : 'pm'),
  X: (at) => String(Math.floor(at.getTime() / 1000)),
  x: (at) => String(at.getTime()),
};

const TOKEN = /\[([^\]]*)\]|YYYY|YY|M{1,4}|DD?|d{1,4}|HH?|hh?|mm?|ss?|SSS|ZZ?|A|a|X|x/g;

/** A moment as ISO 8601, or in the notation that dayjs made common (`YYYY-MM-DD`, `X`, `[literal]`), in UTC. */
export function formatTime(at: Date, format: string | undefined): string {
  if (format === undefined || format === '') return at.toISOString();
  return format.replace(TOKEN, (token, literal: string | undefined) => literal ?? TOKENS[token]!(at));
}

const UNIT_MS: Readonly<Record<string, number>> = {
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
};

const MONTHS_IN: Readonly<Record<string, number>> = { month: 1, year: 12 };

const SHORT: Readonly<Record<string, string>> = {
  ms: 'millisecond',
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  M: 'month',
  y: 'year',
};

const unitOf = (unit: string): string => (Object.hasOwn(SHORT, unit) ? SHORT[unit]! : unit.toLowerCase().replace(/s$/, ''));

/** Whether a word names a unit that `shiftTime` knows: `days`, `day`, `d`, … */
export const isTimeUnit = (unit: string): boolean => Object.hasOwn({ ...UNIT_MS, ...MONTHS_IN }, unitOf(unit));

/**
 * A moment moved by whole units (`days`, `day`, `d`, …). Months and years go by the calendar: a day that the month lacks becomes its
 * last one. An unknown unit moves nothing.
 */
export function shiftTime(at: Date, amount: number, unit: string): Date {
  const name = unitOf(unit);
  const months = MONTHS_IN[name];
  return months === undefined ? new Date(at.getTime() + amount * (UNIT_MS[name] ?? 0)) : shiftMonths(at, amount * months);
}

function shiftMonths(at: Date, amount: number): Date {
  const moved = new Date(at);
  moved.setUTCDate(1);
  moved.setUTCMonth(moved.getUTCMonth() + amount);
  const lastDay = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate();
  moved.setUTCDate(Math.min(at.getUTCDate(), lastDay));
  return moved;
}
