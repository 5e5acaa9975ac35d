import { LRUCache } from 'lru-cache';
import { BACKSTOP_MS, rowState } from '../domain/row-life.js';
import type { Invalidations } from './invalidations.js';
import { EVERYTHING, type Tag } from './topics.js';

export interface RememberedRowsOptions<Value> {
  /** What a value was made of: it is forgotten when one of these changes. */
  readonly dependsOn: (value: Value) => readonly Tag[];
  readonly max: number;
  /** The longest a value is kept, in milliseconds, though nothing is heard of it; `BACKSTOP_MS` where it is not given. */
  readonly keptMs?: (value: Value) => number;
  /** Bounds all values together, by what `sizeOf` says of each. */
  readonly size?: { readonly max: number; readonly of: (value: Value) => number };
}

interface Remembered<Value> {
  readonly value: Value;
  readonly tags: readonly Tag[];
  readonly keptMs: number;
  readonly readAt: number;
  readonly read: () => Promise<Value>;
}

/** A read under way, and what changed meanwhile. */
class Reading<Value> {
  readonly readAt = performance.now();
  readonly heard = new Set<Tag>();
  readonly result: Promise<Value>;

  constructor(readonly read: () => Promise<Value>) {
    this.result = read();
  }

  hasMissed(tags: readonly Tag[]): boolean {
    return this.heard.size > 0 && (this.heard.has(EVERYTHING) || tags.some((tag) => this.heard.has(tag)));
  }
}

/**
 * Rows in memory, for those who need them at every call. They are forgotten when `Invalidations` hears that they changed; while that cannot
 * be relied on, within a second (`domain/row-life.ts`). One that is in use when its time ends is read again in the background, so that nobody
 * waits for it. A read that began before a change was heard is never remembered after it, nor joined by those who come later.
 */
export class RememberedRows<Value extends object> {
  readonly #rows: LRUCache<string, Remembered<Value>>;
  /** Names by what they depend on. */
  readonly #dependants = new Map<Tag, Set<string>>();
  readonly #underWay = new Set<Reading<Value>>();
  /** Those of them whose result is as good as that of a read that begins now. */
  readonly #joinable = new Map<string, Reading<Value>>();

  constructor(
    private readonly changes: Invalidations,
    private readonly options: RememberedRowsOptions<Value>,
  ) {
    const { max, size } = options;
    this.#rows = new LRUCache<string, Remembered<Value>>({
      max,
      ...(size ? { maxSize: size.max, sizeCalculation: ({ value }) => Math.max(1, size.of(value)) } : {}),
      dispose: ({ tags }, name) => this.#unlink(tags, name),
    });
    changes.subscribe((tag) => this.#forget(tag));
  }

  /**
   * What is remembered of a name and may be used: no promise, no allocation.
   * @param withinMs read no longer ago than this
   */
  known(name: string, withinMs = Number.POSITIVE_INFINITY): Value | undefined {
    const row = this.#rows.get(name);
    if (row === undefined) return undefined;
    const now = performance.now();
    if (now - row.readAt >= withinMs) return undefined;
    const state = rowState(row.readAt, this.changes.provenSince(row.readAt), row.keptMs, now);
    if (state === 'over') return undefined;
    if (state === 'ending' && !this.#joinable.has(name)) this.#renew(name, row);
    return row.value;
  }

  /** The value, read where it is not remembered; concurrent misses share one read. Rejects as `read` does, and remembers nothing then. */
  get(name: string, read: () => Promise<Value>, withinMs?: number): Promise<Value> {
    const known = this.known(name, withinMs);
    if (known !== undefined) return Promise.resolve(known);
    return (this.#joinable.get(name) ?? this.#begin(name, read)).result;
  }

  /** The value as it is now, whatever is remembered. */
  refreshed(name: string, read: () => Promise<Value>): Promise<Value> {
    return this.#begin(name, read).result;
  }

  /** What values are made of beside rows has changed. */
  forgetAll(): void {
    this.#forget(EVERYTHING);
  }

  #renew(name: string, row: Remembered<Value>): void {
    this.#begin(name, row.read).result.catch(() => {
      // Gone, or the database is: the next one who asks is told.
      if (this.#rows.peek(name) === row) this.#rows.delete(name);
    });
  }

  #begin(name: string, read: () => Promise<Value>): Reading<Value> {
    this.changes.open();
    const reading = new Reading(read);
    this.#underWay.add(reading);
    this.#joinable.set(name, reading);
    void this.#settle(name, reading);
    return reading;
  }

  async #settle(name: string, reading: Reading<Value>): Promise<void> {
    try {
      const value = await reading.result;
      this.#remember(name, reading, value);
    } catch {
      // Those who asked are told; there is nothing to remember.
    } finally {
      this.#underWay.delete(reading);
      if (this.#joinable.get(name) === reading) this.#joinable.delete(name);
    }
  }

  #remember(name: string, reading: Reading<Value>, value: Value): void {
    const { readAt, read } = reading;
    const tags = this.options.dependsOn(value);
    const newest = this.#rows.peek(name)?.readAt ?? readAt;
    if (reading.hasMissed(tags) || newest > readAt) return;
    // Links are made last: taking the place of another row undoes that row's.
    this.#rows.set(name, { value, tags, keptMs: this.options.keptMs?.(value) ?? BACKSTOP_MS, readAt, read });
    if (this.#rows.has(name)) this.#link(tags, name);
  }

  #forget(tag: Tag): void {
    for (const reading of this.#underWay) reading.heard.add(tag);
    this.#joinable.clear();
    if (tag === EVERYTHING) this.#rows.clear();
    else for (const name of this.#dependants.get(tag) ?? []) this.#rows.delete(name);
  }

  #link(tags: readonly Tag[], name: string): void {
    for (const tag of tags) {
      const names = this.#dependants.get(tag);
      if (names) names.add(name);
      else this.#dependants.set(tag, new Set([name]));
    }
  }

  #unlink(tags: readonly Tag[], name: string): void {
    for (const tag of tags) {
      const names = this.#dependants.get(tag);
      names?.delete(name);
      if (names?.size === 0) this.#dependants.delete(tag);
    }
  }
}
