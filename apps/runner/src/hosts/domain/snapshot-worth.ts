/** What evaluating the body of one function has cost so far. */
export interface BodyCost {
  readonly runs: number;
  readonly spentMs: number;
}

/** Bodies quicker than this gain nothing. */
const QUICK_MS = 1;
/** About what taking a snapshot costs. */
const SNAPSHOT_MS = 150;

export const withRun = ({ runs, spentMs }: BodyCost, bodyMs: number): BodyCost => ({ runs: runs + 1, spentMs: spentMs + bodyMs });

/** A snapshot is worth it once going without has cost as much as taking it: soon for a slow body, later for one that runs often. */
export const isWorthSnapshot = ({ runs, spentMs }: BodyCost): boolean => spentMs >= SNAPSHOT_MS && spentMs >= runs * QUICK_MS;
