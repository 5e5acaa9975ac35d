/** What is known of a run: how long it had computed, and what was added to its share of the memory. */
interface Share {
  readonly computedMs: number;
  readonly bytes: number;
}

/** Growth of less waits to be told with the next. */
const NOTED_BYTES = 1024 ** 2;
const NONE: Share = { computedMs: 0, bytes: 0 };

/**
 * Whom the memory of a process went to: those who computed while it grew, by how long each did. The engine's own accounts leave some of it
 * out, such as resizable buffers, and an isolate that computes does not tell of them.
 */
export class MemoryGrowth<Run extends { readonly computedMs: number }> {
  readonly #shares = new WeakMap<Run, Share>();
  #residentBytes: number | undefined;

  bytesOf(run: Run): number {
    return this.#share(run).bytes;
  }

  /** @param runs all that are under way */
  note(residentBytes: number, runs: Iterable<Run>): void {
    const before = this.#residentBytes ?? residentBytes;
    if (this.#residentBytes !== undefined && Math.abs(residentBytes - before) < NOTED_BYTES) return;
    this.#residentBytes = residentBytes;
    const computed = [...runs].map((run) => ({ run, ms: run.computedMs - this.#share(run).computedMs }));
    const all = computed.reduce((sum, { ms }) => sum + ms, 0);
    const perMs = all > 0 ? Math.max(0, residentBytes - before) / all : 0;
    const kept = Math.min(1, residentBytes / before);
    for (const { run, ms } of computed)
      this.#shares.set(run, { computedMs: run.computedMs, bytes: this.bytesOf(run) * kept + ms * perMs });
  }

  #share(run: Run): Share {
    return this.#shares.get(run) ?? NONE;
  }
}
