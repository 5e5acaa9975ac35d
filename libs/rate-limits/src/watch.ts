import { LRUCache } from 'lru-cache';

/** For how long a bucket is watched, and calls on it refused by the provider. From now on. */
export interface Engagement {
  readonly engagedForMs: number;
  readonly blockedForMs: number;
}

/** Moments are of `performance.now()`. */
interface Watched {
  readonly until: number;
  readonly blockedUntil: number;
}

/** Past this many, the ones not asked about for longest are forgotten: the next refusal tells of them again. */
const MOST = 10_000;
const NOT: Engagement = { engagedForMs: 0, blockedForMs: 0 };

/** The buckets this process knows to be watched; normally none. */
export class Watch {
  readonly #watched = new LRUCache<string, Watched>({ max: MOST });

  get isEmpty(): boolean {
    return this.#watched.size === 0;
  }

  /** Replaces what was known. */
  engage(bucket: string, { engagedForMs, blockedForMs }: Engagement): void {
    const now = performance.now();
    if (engagedForMs > 0) this.#watched.set(bucket, { until: now + engagedForMs, blockedUntil: now + blockedForMs });
    else this.#watched.delete(bucket);
  }

  /** Undefined for a bucket that is not watched. */
  find(bucket: string): Engagement | undefined {
    const found = this.#watched.get(bucket);
    if (!found) return undefined;
    const now = performance.now();
    if (found.until > now) return { engagedForMs: found.until - now, blockedForMs: Math.max(0, found.blockedUntil - now) };
    this.#watched.delete(bucket);
    return undefined;
  }

  engagementOf(bucket: string): Engagement {
    return this.find(bucket) ?? NOT;
  }
}
