/** Since when an onlooker sees the same number. */
interface Seen {
  readonly beat: string | null;
  readonly sinceMs: number;
}

/**
 * Tells who has fallen silent from numbers that those who are alive change again and again. Only uninterrupted watching counts: after an
 * outage everybody has the whole time again to be heard. Times are those of one steady clock.
 */
export class Silence {
  readonly #seen = new Map<string, Seen>();
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  /**
   * @param afterMs how long a number may stay as it is
   * @param gapMs how long after the last look watching was interrupted
   */
  constructor(
    private readonly afterMs: number,
    private readonly gapMs: number,
  ) {}

  /** @param beats what is seen now, null of whoever has no number @returns who has been silent for too long */
  look(beats: ReadonlyMap<string, string | null>, nowMs: number): string[] {
    if (nowMs - this.#lookedAtMs > this.gapMs) this.#seen.clear();
    this.#lookedAtMs = nowMs;
    for (const name of this.#seen.keys()) if (!beats.has(name)) this.#seen.delete(name);
    const silent: string[] = [];
    for (const [name, beat] of beats) {
      const seen = this.#seen.get(name);
      if (!seen || seen.beat !== beat) this.#seen.set(name, { beat, sinceMs: nowMs });
      else if (nowMs - seen.sinceMs >= this.afterMs) silent.push(name);
    }
    return silent;
  }
}
