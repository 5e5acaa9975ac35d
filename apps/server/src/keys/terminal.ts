/** Progress on one line of a terminal; elsewhere a line whenever it says something else, at most every few seconds. */
export class ProgressLine {
  static readonly #EVERY_MS = 5_000;
  #shown = '';
  #shownAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly out: NodeJS.WriteStream) {}

  show(text: string): void {
    if (text === this.#shown) return;
    if (this.out.isTTY) {
      this.out.write(`\r${text.slice(0, this.out.columns - 1)}\u001b[K`);
    } else {
      if (performance.now() - this.#shownAt < ProgressLine.#EVERY_MS) return;
      this.out.write(`${text}\n`);
    }
    this.#shown = text;
    this.#shownAt = performance.now();
  }

  /** What comes next starts on a line of its own. */
  end(): void {
    if (this.out.isTTY && this.#shown) this.out.write('\n');
  }
}
