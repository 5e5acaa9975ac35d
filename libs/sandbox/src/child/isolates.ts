import ivm from 'isolated-vm';
import { readFileSync } from 'node:fs';

/** An isolate with a context in which the prelude stands ready; serves exactly one run. */
export interface Prepared {
  readonly isolate: ivm.Isolate;
  readonly context: ivm.Context;
}

/** Exercised while the snapshot is taken, so that a fresh isolate need not compile it again. */
const WARM_UP = `
  new URLSearchParams('a=1').get('a');
  Buffer.from('x').toString('base64');
`;

const DEFAULT_MEMORY_MB = 128;
/** Time without a new run after which isolates are made ahead; a no-op is done by then. */
const QUIET_MS = 2;

/**
 * Makes fresh isolates from a startup snapshot that already holds the prelude, a few of them ahead of need, so that making one is off
 * the path of the next run (spec/sandbox.md §2, §4).
 */
export class Isolates {
  readonly #snapshot: ivm.ExternalCopy<ArrayBuffer>;
  readonly #ready: Prepared[] = [];
  #refilling: NodeJS.Timeout | undefined;

  constructor(
    preludePath: string,
    private readonly ahead: number,
    private memoryMb = DEFAULT_MEMORY_MB,
  ) {
    this.#snapshot = ivm.Isolate.createSnapshot(
      [{ code: readFileSync(preludePath, 'utf8'), filename: 'fairlead:prelude' }],
      WARM_UP,
    );
    this.#refillSoon();
  }

  /** @param memoryMb soft limit of the isolate's heap; the one asked for last is ready at once */
  take(memoryMb: number): Prepared {
    if (memoryMb !== this.memoryMb) this.#prepareFor(memoryMb);
    this.#refillSoon();
    return this.#ready.pop() ?? this.#make(memoryMb);
  }

  #prepareFor(memoryMb: number): void {
    this.memoryMb = memoryMb;
    for (const { isolate } of this.#ready.splice(0)) isolate.dispose();
  }

  #make(memoryMb: number): Prepared {
    const isolate = new ivm.Isolate({ snapshot: this.#snapshot, memoryLimit: memoryMb });
    return { isolate, context: isolate.createContextSync() };
  }

  /** Making an isolate blocks this thread for milliseconds, so it waits for a moment in which no run has just begun. */
  #refillSoon(): void {
    clearTimeout(this.#refilling);
    this.#refilling = setTimeout(() => {
      if (this.#ready.length >= this.ahead) return;
      this.#ready.push(this.#make(this.memoryMb));
      this.#refillSoon();
    }, QUIET_MS);
  }
}
