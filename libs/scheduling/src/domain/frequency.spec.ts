import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatFrequency, parseFrequency } from './frequency.js';

const S = 1_000;
const M = 60 * S;
const H = 60 * M;
const D = 24 * H;

describe('parseFrequency', () => {
  it.each([
    ['every half day', 12 * H],
    ['every half hour', 30 * M],
    ['every quarter hour', 15 * M],
    ['every hour', H],
    ['every day', D],
    ['every week', 7 * D],
    ['every month', 30 * D],
    ['every 5 minutes', 5 * M],
    ['every 6 hours', 6 * H],
    ['every 1h', H],
    ['30 minutes', 30 * M],
    ['every 5m', 5 * M],
    ['1 day', D],
    ['every 6min', 6 * M],
    ['every 30s', 30 * S],
    ['every 45 secs', 45 * S],
    ['every 2 hrs', 2 * H],
    ['every 1.5 hours', 90 * M],
    ['every .5 h', 30 * M],
    ['every 2 weeks', 14 * D],
    ['Every Hour', H],
    ['half hour', 30 * M],
    ['every 30000ms', 30 * S],
  ])('reads %s', (text, ms) => expect(parseFrequency(text)).toEqual({ ok: true, ms }));

  it.each([
    '',
    'every',
    'every blue moon',
    'every 5',
    'every -5 minutes',
    '5 parsecs',
    'every hour and a half',
    'every half month',
    'x5m',
  ])('refuses %j', (text) => expect(parseFrequency(text)).toEqual({ ok: false, problem: 'invalid' }));

  it.each(['every 29s', 'every second', 'every 0 minutes', '29999ms'])('finds %j too short', (text) =>
    expect(parseFrequency(text)).toEqual({ ok: false, problem: 'too_short' }),
  );
});

describe('formatFrequency', () => {
  it.each([
    [5 * M, '5m'],
    [90 * S, '90s'],
    [90 * M, '90m'],
    [H, '1h'],
    [36 * H, '36h'],
    [7 * D, '7d'],
    [30_500, '30500ms'],
  ])('%d is %s', (ms, text) => expect(formatFrequency(ms)).toBe(text));

  it('is read back as the same frequency', () => {
    fc.assert(
      fc.property(fc.integer({ min: 30_000, max: 400 * D }), (ms) => {
        expect(parseFrequency(formatFrequency(ms))).toEqual({ ok: true, ms });
      }),
    );
  });
});
