/** Share of its budget past which a process gets no more runs: the rest is for those it has. */
const SHARE = 0.7;
/** What a process holds that runs nothing. */
const BASE_BYTES = 80 * 1024 ** 2;

/** A run in a process, as far as memory is concerned. */
export interface Occupant {
  /** What it is expected to take, all in all. */
  readonly expectedBytes: number;
  /** Whether that is known from earlier runs. */
  readonly isKnown: boolean;
  /** Whether it has got as far as a call: what it took until then is resident. */
  readonly hasCalled: boolean;
}

/** What a process holds, and may. */
export interface Holding {
  readonly residentBytes: number;
  readonly occupants: Iterable<Occupant>;
  /** Resident bytes past which it is killed. */
  readonly budgetBytes: number;
}

/**
 * Whether a process may take on so much more. Memory that runs out costs all that it runs, so a run waits rather than risk that: what has not
 * been seen yet counts as expected, and so does, over its whole life, what earlier runs of the same function took.
 */
export function hasRoom({ residentBytes, occupants, budgetBytes }: Holding, expectedBytes: number): boolean {
  let unseen = 0;
  let known = 0;
  for (const occupant of occupants) {
    if (!occupant.hasCalled) unseen += occupant.expectedBytes;
    if (occupant.isKnown || !occupant.hasCalled) known += occupant.expectedBytes;
  }
  return Math.max(residentBytes + unseen, BASE_BYTES + known) + expectedBytes <= budgetBytes * SHARE;
}
