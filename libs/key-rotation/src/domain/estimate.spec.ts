import { expect, it } from 'vitest';
import { estimate } from './estimate.js';

it('adds columns up and goes by the pace so far', () => {
  const columns = [
    { done: 1000, total: 1000, activeMs: 500 },
    { done: 500, total: 2000, activeMs: 500 },
  ];
  expect(estimate(columns)).toEqual({ done: 1500, total: 3000, rowsPerSecond: 1500, secondsLeft: 1 });
});

it('guesses nothing before a row is done', () => {
  expect(estimate([{ done: 0, total: 10, activeMs: 0 }])).toEqual({ done: 0, total: 10, rowsPerSecond: null, secondsLeft: null });
  expect(estimate([])).toEqual({ done: 0, total: 0, rowsPerSecond: null, secondsLeft: null });
});

it('counts rows that were added meanwhile', () => {
  expect(estimate([{ done: 12, total: 10, activeMs: 1000 }])).toMatchObject({ done: 12, total: 12, secondsLeft: 0 });
});
