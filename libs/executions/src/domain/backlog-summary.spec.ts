import { expect, it } from 'vitest';
import { idFloor } from '#libs/kernel';
import { summary } from './backlog-summary.js';

const NOW = Date.UTC(2026, 0, 1);
const idOf = (ageMs: number) => idFloor(new Date(NOW - ageMs));
const of = (environmentId: number, waiting: number, running: number, ageMs?: number) => ({
  environmentId,
  waiting,
  running,
  first: ageMs === undefined ? undefined : idOf(ageMs),
});
const counted = (...environments: ReturnType<typeof of>[]) => ({ kind: 'sync', waiting: 9, running: 2, environments }) as const;

it('tells the age of the oldest that waits, whatever environment it is in', () => {
  expect(summary(counted(of(1, 5, 1, 1_000), of(2, 1, 0, 60_000)), 1, NOW).oldestMs).toBe(60_000);
});

it('has no oldest where nothing waits', () => {
  expect(summary(counted(of(1, 0, 3)), 5, NOW).oldestMs).toBe(0);
});

it('takes an id of a clock that is ahead as new', () => {
  expect(summary(counted(of(1, 1, 0, -5_000)), 5, NOW).oldestMs).toBe(0);
});

it('keeps the busiest: most waiting, then most running', () => {
  const { environments } = summary(counted(of(1, 1, 0), of(2, 7, 0), of(3, 1, 2), of(4, 0, 9)), 3, NOW);
  expect(environments.map(({ environmentId }) => environmentId)).toEqual([2, 3, 1]);
});

it('is silent about environments where none are wanted', () => {
  expect(summary(counted(of(1, 1, 0)), 0, NOW)).toEqual({ kind: 'sync', waiting: 9, running: 2, oldestMs: 0, environments: [] });
});
