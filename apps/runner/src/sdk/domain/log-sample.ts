/** These are kept whatever the rate: they show what a sync does. */
const FIRST_KEPT = 5;

/**
 * Which HTTP calls of a long sync are logged (spec/functions.md §2.1): all that failed, the first few that went well, and an even
 * share of the others.
 */
export class LogSample {
  #kept = 0;
  #share = 0;

  /** @param percent 100 keeps all */
  constructor(private readonly percent: number) {}

  keeps(hasFailed: boolean): boolean {
    if (hasFailed || this.#kept < FIRST_KEPT) {
      if (!hasFailed) this.#kept += 1;
      return true;
    }
    this.#share += this.percent;
    if (this.#share < 100) return false;
    this.#share -= 100;
    return true;
  }
}
