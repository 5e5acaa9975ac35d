import { expect, it } from 'vitest';
import { type BodyCost, isWorthSnapshot, withRun } from './snapshot-worth.js';

/** Runs until a snapshot is worth it. */
function runsUntil(bodyMs: number): number {
  let cost: BodyCost = { runs: 0, spentMs: 0 };
  for (let runs = 1; runs <= 10_000; runs += 1) {
    cost = withRun(cost, bodyMs);
    if (isWorthSnapshot(cost)) return runs;
  }
  return Number.POSITIVE_INFINITY;
}

it.each([
  ['very slow', 150, 1],
  ['slow', 44, 4],
  ['ordinary', 3, 50],
  ['quick', 0.2, Number.POSITIVE_INFINITY],
])('a %s body has a snapshot once it has cost as much', (_what, bodyMs, runs) => {
  expect(runsUntil(bodyMs)).toBe(runs);
});
