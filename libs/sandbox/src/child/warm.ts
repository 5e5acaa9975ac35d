import type { Instance } from './instance.js';
import type { WarmLimits } from './protocol.js';

/** What an instance has behind it. */
export interface History {
  readonly bornAt: number;
  readonly runs: number;
}

/** An instance that is kept for the next run of its key. */
interface Kept extends History {
  readonly key: string;
  readonly instance: Instance;
  readonly idleSince: number;
}

const SWEEP_MS = 1_000;

/**
 * Instances that functions asked to be kept (spec/sandbox.md §4.3). A key names environment, bundle and connection, so that none ever
 * serves another. One that serves is not here, so that it serves one run at a time; runs of a key at the same time have one each.
 */
export class WarmInstances {
  /** Longest idle first. */
  #kept: Kept[] = [];

  constructor(private readonly limits: WarmLimits) {
    setInterval(() => this.#sweep(performance.now()), SWEEP_MS).unref();
  }

  /** The one used last, so that those not needed any more get old. */
  take(key: string): (History & { readonly instance: Instance }) | undefined {
    const at = this.#kept.findLastIndex((kept) => kept.key === key);
    const [kept] = at < 0 ? [] : this.#kept.splice(at, 1);
    if (!kept || !this.#isOver(kept, performance.now())) return kept;
    kept.instance.dispose();
    return undefined;
  }

  /** Keeps an instance, or disposes of it where its time is over; the one that is idle longest makes room. */
  keep(key: string, instance: Instance, history: History): void {
    const kept = { ...history, key, instance, idleSince: performance.now() };
    if (this.limits.instances === 0 || this.#isOver(kept, kept.idleSince)) return instance.dispose();
    if (this.#kept.length >= this.limits.instances) this.#kept.shift()?.instance.dispose();
    this.#kept.push(kept);
    return undefined;
  }

  /** Gives up all that are idle. @returns how many those were */
  clear(): number {
    const given = this.#kept.splice(0);
    for (const { instance } of given) instance.dispose();
    return given.length;
  }

  #isOver({ instance, bornAt, runs, idleSince }: Kept, now: number): boolean {
    const { runs: maxRuns, ageMs, idleMs } = this.limits;
    return instance.isDisposed || runs >= maxRuns || now - bornAt > ageMs || now - idleSince > idleMs;
  }

  #sweep(now: number): void {
    const over = this.#kept.filter((kept) => this.#isOver(kept, now));
    this.#kept = this.#kept.filter((kept) => !over.includes(kept));
    for (const { instance } of over) instance.dispose();
  }
}
