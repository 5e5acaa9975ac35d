import { setImmediate } from 'node:timers/promises';
import { digester } from './domain/canonical.js';
import type { Incoming } from './domain/incoming.js';

/** Records that are digested between two looks at whether what was awaited is there. */
const STEP = 64;

/** Digests of a batch's records, in their order: as many as possible while the database is awaited, the rest when they are asked for. */
export class Digests {
  readonly #known: string[] = [];
  readonly #digest = digester();

  constructor(private readonly records: readonly Pick<Incoming, 'record'>[]) {}

  at(n: number): string {
    while (this.#known.length <= n) this.#computeNext();
    return this.#known[n] as string;
  }

  /** Computes them until something that is awaited is there, whether or not it failed. */
  async computeDuring(awaited: Promise<unknown>): Promise<void> {
    const wait = { isOver: false };
    const end = () => void (wait.isOver = true);
    awaited.then(end, end);
    while (!wait.isOver && this.#known.length < this.records.length) {
      for (let n = 0; n < STEP && this.#known.length < this.records.length; n += 1) this.#computeNext();
      await setImmediate();
    }
  }

  #computeNext(): void {
    const { record } = this.records[this.#known.length] as Incoming;
    this.#known.push(this.#digest(record));
  }
}
