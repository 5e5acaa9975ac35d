import type { Outcome } from '#libs/contracts';
import { LIMITS } from '#libs/executions';

/** The ledger expires what outlives its kind's limit: a run is to end before, by its own. */
const BEFORE_DEADLINE_MS = 60_000;

/** Longest run of a sync. @param wantedMs as the operator wants it */
export const syncWallMs = (wantedMs: number): number => Math.min(wantedMs, LIMITS.sync.runWithinMs - BEFORE_DEADLINE_MS);

/**
 * How a run counts whose time ran out: as one that stopped at its last checkpoint, if it saved one. Its author need not look at the
 * clock: the next run goes on from there. One that got no further than the run before it has failed.
 */
export function outcomeInTime(outcome: Outcome): Outcome {
  if (outcome.status !== 'failed' || !outcome.isTimeUp || !hasProgressed(outcome)) return outcome;
  const { error: _error, ...facts } = outcome;
  return { ...facts, status: 'succeeded', output: null, interrupted: true };
}

const hasProgressed = ({ checkpoints }: Outcome): boolean =>
  checkpoints != null && checkpoints.to !== null && JSON.stringify(checkpoints.to) !== JSON.stringify(checkpoints.from);
