/** One that waits: what begins it, and where its wait ends. */
interface Waiter {
  readonly begins: () => boolean;
  readonly leave: () => void;
  /** Since when it has been the first of the line. */
  firstSince: number | undefined;
}

/** How many are asked at a time whether they can begin, so that one of many waits is cheap. */
const ASKED = 32;
/** One that needs much may be passed by those that need little for so long, and then by none, until its place should have been made. */
const STUCK_MS = 2_000;
const MADE_WITHIN_MS = 5_000;

/** Runs that wait for a process, in order. Those behind may pass one that needs more memory than there is, but not for long. */
export class WaitingRuns {
  readonly #line = new Set<Waiter>();

  /** @param makePlace called while one has been the first for long: it needs a process that has little to do */
  constructor(private readonly makePlace: () => void) {}

  /**
   * Resolves when the run has begun, or was cancelled before: then it leaves the line.
   * @param begins tries to begin the run, and says whether it did; called in the order of the line
   */
  begin(begins: () => boolean, signal: AbortSignal): Promise<void> {
    if (signal.aborted || (this.#line.size === 0 && begins())) return Promise.resolve();
    return new Promise((resolve) => {
      const leave = () => {
        this.#line.delete(waiter);
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const waiter: Waiter = { begins, leave, firstSince: undefined };
      this.#line.add(waiter);
      signal.addEventListener('abort', leave, { once: true });
      this.serve();
    });
  }

  /** To be called whenever there may be room. */
  serve(): void {
    let asked = 0;
    let first: Waiter | undefined;
    for (const waiter of this.#line) {
      if (waiter.begins()) waiter.leave();
      else if (!first) {
        first = waiter;
        if (this.#isNext(first)) return;
      }
      asked += 1;
      if (asked >= ASKED) return;
    }
  }

  /** Whether none may pass it. */
  #isNext(waiter: Waiter): boolean {
    const now = performance.now();
    waiter.firstSince ??= now;
    const stuckMs = now - waiter.firstSince;
    if (stuckMs > STUCK_MS) this.makePlace();
    return stuckMs > STUCK_MS && stuckMs < MADE_WITHIN_MS;
  }
}
