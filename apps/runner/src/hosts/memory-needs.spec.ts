import { expect, it } from 'vitest';
import { MemoryNeeds } from './memory-needs.js';

const MB = 1024 ** 2;

it('goes by the run that took most, and forgets it slowly', () => {
  const needs = new MemoryNeeds();
  const inMb = (key: string) => Math.round(needs.of(key, 'fresh').expectedBytes / MB);
  expect([inMb('a'), needs.of('a', 'fresh').isKnown]).toEqual([24, false]);
  needs.note('a', 'fresh', 3 * MB);
  expect([inMb('a'), needs.of('a', 'fresh').isKnown]).toEqual([5, true]);
  needs.note('a', 'fresh', 98 * MB);
  needs.note('a', 'fresh', 3 * MB);
  expect(inMb('a')).toBe(90);
  for (let n = 0; n < 50; n += 1) needs.note('a', 'fresh', 3 * MB);
  needs.note('a', 'fresh', 0);
  expect([inMb('a'), inMb('b')]).toEqual([5, 24]);
});

it('tells runs that evaluate the body from those that do not', () => {
  const needs = new MemoryNeeds();
  needs.note('a', 'fresh', 38 * MB);
  needs.note('a', 'snapshot', 4 * MB);
  needs.note('a', 'warm', 6 * MB);
  const all = (['fresh', 'snapshot', 'warm'] as const).map((origin) => needs.of('a', origin).expectedBytes / MB);
  expect(all).toEqual([40, 8, 8]);
});

it('measures until something was seen, and then one run of several', () => {
  const needs = new MemoryNeeds();
  expect([needs.measuresNext('a', 'fresh'), needs.measuresNext('a', 'fresh')]).toEqual([true, true]);
  needs.note('a', 'fresh', 3 * MB);
  const measured = Array.from({ length: 40 }, () => needs.measuresNext('a', 'fresh'));
  expect([...measured.entries()].filter(([, isMeasured]) => isMeasured).map(([at]) => at)).toEqual([15, 31]);
});
