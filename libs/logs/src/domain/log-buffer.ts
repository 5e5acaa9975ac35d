import type { LogLevel } from '#libs/contracts';

interface Entry<Row> {
  readonly row: Row;
  readonly bytes: number;
}

export interface BufferLimits {
  readonly rows: number;
  readonly bytes: number;
}

const QUIET: ReadonlySet<LogLevel> = new Set<LogLevel>(['debug', 'info']);

/** Messages on their way to the store. When there are too many, the oldest debug and info ones go first, and are counted. */
export class LogBuffer<Row extends { readonly level: LogLevel }> {
  readonly #quiet: Entry<Row>[] = [];
  readonly #loud: Entry<Row>[] = [];
  #bytes = 0;
  #dropped = 0;

  constructor(private readonly limits: BufferLimits) {}

  get size(): number {
    return this.#quiet.length + this.#loud.length;
  }

  /** How many messages were given up since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  add(row: Row, bytes: number): void {
    (QUIET.has(row.level) ? this.#quiet : this.#loud).push({ row, bytes });
    this.#bytes += bytes;
    while (this.size > this.limits.rows || (this.#bytes > this.limits.bytes && this.size > 1)) this.#dropOldest();
  }

  /** Removes and returns up to `count` messages, the grave ones first. */
  take(count: number): Row[] {
    const taken = this.#loud.splice(0, count);
    taken.push(...this.#quiet.splice(0, count - taken.length));
    for (const { bytes } of taken) this.#bytes -= bytes;
    return taken.map(({ row }) => row);
  }

  /** Counts messages that were given up elsewhere. */
  countDropped(count: number): void {
    this.#dropped += count;
  }

  #dropOldest(): void {
    const entry = this.#quiet.shift() ?? this.#loud.shift();
    this.#bytes -= entry?.bytes ?? 0;
    this.#dropped += 1;
  }
}
