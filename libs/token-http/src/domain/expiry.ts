import { type Answer, numberOf } from './values.js';

/** Seconds since the epoch read as milliseconds end in January 1970. */
const isMilliseconds = (number: number): boolean => new Date(number).getUTCFullYear() > 1971;

/** A moment as providers write it: a date, or seconds or milliseconds since the epoch, also as text (spec/auth.md §2.5). */
export function momentOf(value: unknown): Date | undefined {
  const number = numberOf(value);
  if (number === undefined) return typeof value === 'string' ? valid(new Date(value)) : undefined;
  return number > 0 ? valid(new Date(isMilliseconds(number) ? number : number * 1000)) : undefined;
}

/** When a token ends; undefined where the answer does not say. Zero means that it says nothing, or that it never ends. */
export function expiryOfAnswer(answer: Answer, now: Date, unit: 'seconds' | 'milliseconds' = 'seconds'): Date | undefined {
  const moment = momentOf(answer['expires_at']);
  if (moment) return moment;
  const lifetime = numberOf(answer['expires_in']);
  if (lifetime === undefined || lifetime <= 0) return undefined;
  return valid(new Date(now.getTime() + lifetime * (unit === 'seconds' ? 1000 : 1)));
}

/** The last moment that four digits of a year can name, which databases and ISO texts take. */
const END_OF_DATES = Date.UTC(9999, 11, 31);

const valid = (date: Date): Date | undefined =>
  Number.isNaN(date.getTime()) ? undefined : new Date(Math.min(date.getTime(), END_OF_DATES));
