import { expect, it } from 'vitest';
import { Witness } from './witness.js';

/** Looks at these times, in seconds; answers at which of them silence meant something. */
const looks = (...seconds: number[]): number[] => {
  const witness = new Witness();
  return seconds.filter((at) => witness.hasWatched(at * 1_000));
};

it('takes silence for a loss only after having listened for two heartbeats', () => {
  expect(looks(100, 102, 108, 109.9, 110, 112)).toEqual([110, 112]);
});

it('listens anew after a time in which it could not look', () => {
  expect(looks(0, 5, 10, 40, 42, 48, 50, 52)).toEqual([10, 50, 52]);
});
