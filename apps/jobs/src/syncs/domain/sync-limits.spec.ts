import { expect, it } from 'vitest';
import type { Outcome } from '#libs/contracts';
import { outcomeInTime, syncWallMs } from './sync-limits.js';

const facts = { proxyCalls: 3, results: { Item: { added: 5, updated: 0, deleted: 0 } } };
const error = { code: 'execution_timeout', status: 500, message: 'too long' };
const failed = (isTimeUp: boolean, from: object | null, to: object | null) =>
  ({ status: 'failed', error, durationMs: 94_000, isTimeUp, checkpoints: { from, to }, ...facts }) as Outcome;

it('lets a run take as long as the operator wants, and end before the ledger expires it', () => {
  expect(syncWallMs(60_000)).toBe(60_000);
  expect(syncWallMs(86_400_000)).toBe(86_340_000);
});

it('counts a run whose time ran out as stopped at the checkpoint it saved', () => {
  expect(outcomeInTime(failed(true, { page: 1 }, { page: 9 }))).toEqual({
    status: 'succeeded',
    output: null,
    interrupted: true,
    durationMs: 94_000,
    isTimeUp: true,
    checkpoints: { from: { page: 1 }, to: { page: 9 } },
    ...facts,
  });
});

it.each<[string, Outcome]>([
  ['got no further than where it began', failed(true, { page: 1 }, { page: 1 })],
  ['cleared its checkpoint', failed(true, { page: 1 }, null)],
  ['never had a checkpoint', failed(true, null, null)],
  ['failed while it had time', failed(false, null, { page: 9 })],
  ['succeeded', { status: 'succeeded', output: null, durationMs: 100_000, isTimeUp: true, ...facts }],
])('leaves a run alone that %s', (_case, outcome) => {
  expect(outcomeInTime(outcome)).toBe(outcome);
});
