import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LogSample } from './log-sample.js';

const keptOf = (percent: number, calls: number) => {
  const sample = new LogSample(percent);
  return Array.from({ length: calls }, () => sample.keeps(false)).filter(Boolean).length;
};

it('keeps the first five, then an even share', () => {
  expect([100, 25, 1, 0].map((percent) => keptOf(percent, 405))).toEqual([405, 105, 9, 5]);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 5, max: 500 }), (percent, calls) => {
      expect(keptOf(percent, calls)).toBe(5 + Math.floor(((calls - 5) * percent) / 100));
    }),
  );
});

it('keeps every failure', () => {
  const sample = new LogSample(0);
  for (let call = 0; call < 10; call += 1) sample.keeps(false);
  expect([sample.keeps(true), sample.keeps(false), sample.keeps(true)]).toEqual([true, false, true]);
});
