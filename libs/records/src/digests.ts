import { digester } from './domain/canonical.js';
import type { Incoming } from './domain/incoming.js';

/** Records that are digested between two looks at whether what was awaited is there. */
const GROUP = 64;

/** Digests of a batch's records, in their order: some ahead, the rest when they are asked for. */
export class Digests {
  readonly #known: string[] = [];
  readonly #digest = digester();

  constructor(private readonly records: readonly Pick<Incoming, 'record'>[]) {}

  at(n: number): string {
    while (this.#known.length <= n) this.#computeNext();
    return this.#known[n] as string;
  }

  /** Computes the next group ahead. @returns whether there was one */
  computeGroup(): boolean {
    if (this.#known.length === this.records.length) return false;
    for (let n = 0; n < GROUP && this.#known.length < this.records.length; n += 1) this.#computeNext();
    return true;
  }

  #computeNext(): void {
    const { record } = this.records[this.#known.length] as Incoming;
    this.#known.push(this.#digest(record));
  }
}
