import { LRUCache } from 'lru-cache';
import type { Origin } from '#libs/sandbox';

const MB = 1024 ** 2;
const FUNCTIONS_KEPT = 5_000;
/** Of a function that has not run yet: more than most take, less than the largest. */
const UNKNOWN_BYTES = 24 * MB;
/** A process holds more for an isolate than that isolate's heap: its code, and what the engine needs. */
const BESIDE_BYTES = 2 * MB;
/** How quickly a run that took little makes a function count for less. */
const FORGETTING = 0.9;
/** One of so many runs is measured at its end. */
const MEASURED_EVERY = 16;

interface Known {
  readonly bytes: number;
  /** Begun since one was to be measured. */
  since: number;
}

/** What a run is expected to take of memory. */
export interface MemoryNeed {
  readonly expectedBytes: number;
  /** Whether that is known from earlier runs. */
  readonly isKnown: boolean;
}

/** Runs that evaluate the module's body take more than those that find it evaluated. */
const kindOf = (key: string, origin: Origin): string => (origin === 'fresh' ? key : `${key} evaluated`);

/** How much memory runs of a function are expected to take, by what earlier ones took. */
export class MemoryNeeds {
  readonly #known = new LRUCache<string, Known>({ max: FUNCTIONS_KEPT });

  of(key: string, origin: Origin): MemoryNeed {
    const known = this.#known.get(kindOf(key, origin));
    return { expectedBytes: known?.bytes ?? UNKNOWN_BYTES, isKnown: known !== undefined };
  }

  /**
   * Whether the run that begins now shall be measured at its end: all are until one was, then one of several. It may turn out to be of
   * another kind, so what counts is that it was asked for.
   */
  measuresNext(key: string, origin: Origin): boolean {
    const known = this.#known.get(kindOf(key, origin));
    if (!known) return true;
    known.since = (known.since + 1) % MEASURED_EVERY;
    return known.since === 0;
  }

  /** @param peakBytes the most that a run was seen to hold; 0 where it was not seen */
  note(key: string, origin: Origin, peakBytes: number): void {
    if (peakBytes === 0) return;
    const kind = kindOf(key, origin);
    const before = this.#known.get(kind)?.bytes ?? 0;
    this.#known.set(kind, { bytes: Math.max(peakBytes + BESIDE_BYTES, before * FORGETTING), since: 0 });
  }
}
