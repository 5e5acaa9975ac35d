import { expect, it } from 'vitest';
import { hasRoom, type Occupant } from './room.js';

const MB = 1024 ** 2;
const holding = (residentMb: number, occupants: readonly Occupant[] = []) => ({
  residentBytes: residentMb * MB,
  occupants,
  budgetBytes: 1_000 * MB,
});
const run = (mb: number, given: Partial<Occupant> = {}): Occupant => ({
  expectedBytes: mb * MB,
  isKnown: false,
  hasCalled: false,
  ...given,
});
const many = (count: number, occupant: Occupant) => Array.from({ length: count }, () => occupant);

it('leaves a part of the budget to what runs already', () => {
  expect(hasRoom(holding(600), 100 * MB)).toBe(true);
  expect(hasRoom(holding(600), 101 * MB)).toBe(false);
});

it('counts what has not been seen yet beside what is resident', () => {
  expect(hasRoom(holding(400, many(4, run(50))), 100 * MB)).toBe(true);
  expect(hasRoom(holding(400, many(5, run(50))), 100 * MB)).toBe(false);
});

it('takes a run of a new function for seen once it has called', () => {
  expect(hasRoom(holding(400, many(50, run(50, { hasCalled: true }))), 100 * MB)).toBe(true);
});

it('counts what earlier runs of a function took for as long as one runs', () => {
  const known = run(50, { isKnown: true, hasCalled: true });
  expect(hasRoom(holding(100, many(10, known)), 100 * MB)).toBe(true);
  expect(hasRoom(holding(100, many(11, known)), 100 * MB)).toBe(false);
});
