import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLimits } from './read-limits.js';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const HOUR = 3_600_000;
const IN_30_S = String(NOW / 1000 + 30);

const read = (status: number, headers: Record<string, string> = {}, rules?: object) => {
  const learnt = readLimits({ status, headers }, rules, NOW, HOUR);
  return learnt && (JSON.parse(JSON.stringify(learnt)) as unknown);
};
const window = (remaining: number, limit: number, resetsInMs: number) => ({ low: remaining <= 10, remaining, limit, resetsInMs });

describe('what is left of a limit', () => {
  it.each<[string, Record<string, string>, object]>([
    [
      'epoch seconds',
      { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '9', 'x-ratelimit-reset': IN_30_S },
      window(9, 100, 30_000),
    ],
    [
      'epoch ms',
      { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '9', 'x-ratelimit-reset': `${IN_30_S}000` },
      window(9, 100, 30_000),
    ],
    [
      'seconds',
      { 'ratelimit-limit': '100, 100;w=60', 'ratelimit-remaining': '90', 'ratelimit-reset': '30' },
      window(90, 100, 30_000),
    ],
    [
      'a date',
      { 'x-rate-limit-limit': '600', 'x-rate-limit-remaining': '60', 'x-rate-limit-reset': '2026-11-23T12:00:30Z' },
      { ...window(60, 600, 30_000), low: true },
    ],
    [
      'a duration',
      { 'x-ratelimit-limit-requests': '60', 'x-ratelimit-remaining-requests': '59', 'x-ratelimit-reset-requests': '1m30.5s' },
      window(59, 60, 90_500),
    ],
    [
      'milliseconds',
      { 'x-ratelimit-remaining-requests': '59', 'x-ratelimit-reset-requests': '20ms' },
      { low: false, remaining: 59, resetsInMs: 20 },
    ],
    [
      'the draft',
      { ratelimit: '"default";r=50;t=30', 'ratelimit-policy': '"burst";q=9;w=1,"default";q=100;w=60' },
      { ...window(50, 100, 30_000), windowMs: 60_000 },
    ],
    [
      'the tightest of the draft',
      { ratelimit: '"hour";r=50;t=1800, "second";r=3;t=1' },
      { low: true, remaining: 3, resetsInMs: 1_000 },
    ],
    ['an earlier draft', { ratelimit: 'limit=100, remaining=50, reset=30' }, window(50, 100, 30_000)],
    [
      'a window',
      {
        'x-hubspot-ratelimit-remaining': '95',
        'x-hubspot-ratelimit-max': '100',
        'x-hubspot-ratelimit-interval-milliseconds': '10000',
        'x-hubspot-ratelimit-daily-remaining': '999',
        'x-hubspot-ratelimit-daily': '1000',
      },
      { low: false, remaining: 95, limit: 100, windowMs: 10_000 },
    ],
    ['used of how many', { 'x-shopify-shop-api-call-limit': '39/40' }, { low: true, remaining: 1, limit: 40 }],
  ])('is read from %s', (_what, headers, expected) => expect(read(200, headers)).toEqual(expected));

  it('is read from the headers a catalogue entry names', () => {
    const rules = { remaining: 'X-Points-Left', at: ['x-points-reset', 'x-other'] };
    expect(read(200, { 'x-points-left': '2', 'x-points-reset': IN_30_S }, rules)).toEqual({
      low: true,
      remaining: 2,
      resetsInMs: 30_000,
    });
  });

  it('is meant by the provider’s clock, where that differs from ours', () => {
    const headers = {
      'x-ratelimit-remaining': '9',
      'x-ratelimit-reset': String(NOW / 1000 - 570),
      date: 'Mon, 23 Nov 2026 11:50:00 GMT',
    };
    expect(read(200, headers)).toEqual({ low: false, remaining: 9, resetsInMs: 30_000 });
    expect(read(200, { ...headers, date: 'Mon, 23 Nov 2026 11:59:59 GMT' })).toEqual({ low: false, remaining: 9 });
  });

  it.each([
    {},
    { 'x-ratelimit-limit': '100' },
    { 'x-ratelimit-remaining': 'many' },
    { 'x-ratelimit-remaining': '-1' },
    { ratelimit: 'nonsense' },
    { 'x-shopify-shop-api-call-limit': '39' },
  ])('is not told by %j', (headers) => expect(read(200, headers)).toBeUndefined());

  it('is low at a tenth of the limit, or at five', () => {
    const isLow = (remaining: number, limit?: number) =>
      (
        read(200, { 'x-ratelimit-remaining': String(remaining), ...(limit ? { 'x-ratelimit-limit': String(limit) } : {}) }) as {
          low: boolean;
        }
      ).low;
    expect([isLow(101, 1000), isLow(100, 1000), isLow(6, 10), isLow(5, 10), isLow(6), isLow(5)]).toEqual([
      false,
      true,
      false,
      true,
      false,
      true,
    ]);
  });
});

describe('a refusal', () => {
  it.each<[number, Record<string, string>, object | undefined, number | undefined]>([
    [429, {}, undefined, 1_000],
    [429, { 'retry-after': '7' }, undefined, 7_000],
    [429, { 'retry-after': '0' }, undefined, 1],
    [429, { 'retry-after': 'Mon, 23 Nov 2026 12:00:30 GMT' }, undefined, 30_000],
    [429, { 'retry-after-ms': '250', 'retry-after': '1' }, undefined, 250],
    [429, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': IN_30_S }, undefined, 30_000],
    [429, { 'x-wait': '5', 'retry-after': '7' }, { after: 'X-Wait' }, 5_000],
    [429, { 'x-until': IN_30_S, 'x-wait': '40' }, { at: 'x-until', after: 'x-wait' }, 40_000],
    [503, { 'retry-after': '7' }, undefined, 7_000],
    [503, {}, undefined, undefined],
    [403, { 'retry-after': '60' }, undefined, 60_000],
    [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '9' }, undefined, 9_000],
    [403, { 'x-ratelimit-remaining': '8' }, undefined, undefined],
    [400, { 'x-ratelimit-requests-remaining': '0', 'x-ratelimit-requests-reset': '9' }, undefined, 9_000],
    [500, { 'x-ratelimit-remaining': '0' }, undefined, undefined],
    [429, { 'retry-after': '315360000' }, undefined, HOUR],
  ])('%i with %j under %j blocks for %s ms', (status, headers, rules, expected) => {
    expect((read(status, headers, rules) as { blockedForMs?: number } | undefined)?.blockedForMs).toBe(expected);
  });

  it('tells when the limit is whole again, where it is that limit that is used up', () => {
    const reset = { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '30' };
    expect(read(429, { ...reset, 'retry-after': '30' })).toMatchObject({ resetsInMs: 30_000, limit: 100 });
    expect(read(429, { ...reset, 'retry-after': '2' })).not.toHaveProperty('resetsInMs');
    expect(read(429, { ...reset, 'x-ratelimit-remaining': '40', 'retry-after': '30' })).not.toHaveProperty('resetsInMs');
  });
});

it('no answer, whatever it says, makes a wait beyond the cap or a number that is none', () => {
  const NAMES = [
    'retry-after',
    'retry-after-ms',
    'x-ratelimit-limit',
    'x-ratelimit-remaining',
    'x-ratelimit-reset',
    'ratelimit',
    'ratelimit-policy',
    'date',
    'x-shopify-shop-api-call-limit',
    'x-own',
  ];
  const value = fc.oneof(
    fc.string(),
    fc.double().map(String),
    fc.integer().map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    fc.constantFrom('1e308', 'Infinity', '9'.repeat(400), '"a";r=9e9;t=1', 'a;r=1;t=99999999999999', '99999d'),
  );
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...NAMES), value), fc.constantFrom(200, 403, 429, 503), (headers, status) => {
      const learnt = readLimits({ status, headers }, { after: 'x-own', at: 'x-own', remaining: 'x-own' }, NOW, HOUR);
      for (const wait of [learnt?.blockedForMs ?? 0, learnt?.resetsInMs ?? 0, learnt?.windowMs ?? 0])
        expect(wait >= 0 && wait <= HOUR).toBe(true);
      for (const count of [learnt?.limit ?? 1, learnt?.remaining ?? 0])
        expect(Number.isSafeInteger(count) && count >= 0).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
