import type ivm from 'isolated-vm';
import { settlesWithin } from './settles-within.js';

/** When an isolate is asked first, in ms of its run, and then at ages of so many times the one before: each waking of its thread costs. */
const FIRST_MS = 20;
const LATER = 4;
/** How long the last answer is waited for: an isolate that goes on computing gives none. */
const LAST_WITHIN_MS = 5;

/** The most memory that a run was seen to hold: the heap of its isolate, and buffers beside that. */
export class HeapPeak {
  /** 0 where it was never seen. */
  bytes = 0;
  #nextMs = FIRST_MS;
  #isAsking = false;

  constructor(private readonly isolate: ivm.Isolate) {}

  /** Asks an isolate that is old enough, seldom, as it takes a turn of the isolate's. Never waits: one that computes answers later. */
  watch(ageMs: number): void {
    if (ageMs < this.#nextMs || this.#isAsking) return;
    this.#nextMs *= LATER;
    this.#isAsking = true;
    void this.#ask().then(() => (this.#isAsking = false));
  }

  /** Asks once more, of a run that has ended and was not disposed of. */
  async last(): Promise<void> {
    await settlesWithin(this.#ask(), LAST_WITHIN_MS);
  }

  async #ask(): Promise<void> {
    if (this.isolate.isDisposed) return;
    try {
      const { total_heap_size: heap, externally_allocated_size: beside } = await this.isolate.getHeapStatistics();
      this.bytes = Math.max(this.bytes, heap + beside);
    } catch {
      // Disposed of meanwhile: what was seen before stands.
    }
  }
}
