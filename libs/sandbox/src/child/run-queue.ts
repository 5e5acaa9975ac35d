import type { RunSpec } from './protocol.js';

/** How long a run that computes without a word holds up those behind it. */
const HOLDS_MS = 10;

/**
 * Runs on their way into isolates. Making an isolate blocks this thread, so they begin one by one: the first are done before the last
 * begin. And no more of them at a time than there are threads for: isolated-vm has one for each core and one to spare, and starts another,
 * at a cost beyond that of a small function, for each isolate that is woken while those are busy.
 */
export class RunQueue {
  readonly #waiting: RunSpec[] = [];
  /** Those that were begun and have not been heard of since, by when that was. */
  readonly #silent = new Map<string, number>();
  #isBeginning = false;

  /** @param most runs that may compute without having been heard of */
  constructor(
    private readonly most: number,
    private readonly begin: (spec: RunSpec) => void,
  ) {}

  push(spec: RunSpec): void {
    this.#waiting.push(spec);
    this.#beginSoon();
  }

  /** Takes out a run that has not begun. @returns whether there was one */
  remove(id: string): boolean {
    const at = this.#waiting.findIndex((spec) => spec.id === id);
    if (at >= 0) this.#waiting.splice(at, 1);
    return at >= 0;
  }

  /** A run has called or ended. */
  heard(id: string): void {
    if (this.#silent.delete(id)) this.#beginSoon();
  }

  /** Lets those pass that wait behind runs that are silent for long. */
  watch(now: number): void {
    for (const [id, since] of this.#silent) if (now - since > HOLDS_MS) this.heard(id);
  }

  #beginSoon(): void {
    if (this.#isBeginning || this.#waiting.length === 0 || this.#silent.size >= this.most) return;
    this.#isBeginning = true;
    setImmediate(() => this.#beginOne());
  }

  #beginOne(): void {
    this.#isBeginning = false;
    const spec = this.#waiting.shift();
    if (!spec) return;
    this.#silent.set(spec.id, performance.now());
    this.begin(spec);
    this.#beginSoon();
  }
}
