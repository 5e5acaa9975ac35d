/** A pause that can be ended from outside, also before it has begun. */
export class Sleep {
  #isEnded = false;
  #ms = 0;
  #end: (() => void) | undefined;

  /** Forgets what ended the last one. */
  begin(): void {
    this.#isEnded = false;
    this.#ms = 0;
  }

  /** Sets how long it lasts. */
  last(ms: number): void {
    this.#ms = ms;
  }

  end(): void {
    this.#isEnded = true;
    this.#end?.();
  }

  async over(): Promise<void> {
    if (this.#isEnded) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#ms);
    this.#end = resolve;
    await promise;
    clearTimeout(timer);
    this.#end = undefined;
  }
}
