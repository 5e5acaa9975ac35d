import type { Cipher, SealedValues } from '#libs/crypto';
import { AppError } from '#libs/kernel';
import { type Incoming, toPayload } from './domain/incoming.js';
import { sealPayloads } from './sealing.js';

/** Records that are sealed ahead between two looks at whether what was awaited is there. */
export const GROUP = 50;

export interface Sealing {
  readonly cipher: Cipher;
  readonly datasetId: number;
  /** Most bytes a record's JSON may have. */
  readonly maxBytes: number;
}

/** Sealed payloads of a batch's records: some ahead, from the first record on, the rest when they are asked for. */
export class Payloads {
  readonly #ahead: SealedValues[] = [];
  #isRefused = false;

  constructor(
    private readonly records: readonly Incoming[],
    private readonly sealing: Sealing,
  ) {}

  /** Seals the next group ahead. @returns whether there was one */
  sealGroup(): boolean {
    const from = this.#ahead.length * GROUP;
    if (this.#isRefused || from >= this.records.length) return false;
    try {
      this.#ahead.push(this.of(this.records.slice(from, from + GROUP)));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.#isRefused = true; // it may be stored already, as it is; otherwise it is refused when it is asked for
    }
    return !this.#isRefused;
  }

  /** Those of a range of the batch. @param from where a group begins @throws AppError `invalid_record` where one is too large */
  range(from: number, to: number): SealedValues {
    const groups = this.#ahead.slice(from / GROUP, Math.ceil(to / GROUP));
    const rest = this.records.slice(from + groups.length * GROUP, to);
    return groups.length === 0 ? this.of(rest) : joined([...groups, this.of(rest)]);
  }

  /** Those of some records. @throws AppError `invalid_record` where one is too large */
  of(records: readonly Incoming[]): SealedValues {
    const { cipher, datasetId, maxBytes } = this.sealing;
    return sealPayloads(
      cipher,
      datasetId,
      records.map(({ id, record }) => ({ id, text: toPayload(record, maxBytes) })),
    );
  }
}

const joined = (parts: readonly SealedValues[]): SealedValues => ({
  bytes: Buffer.concat(parts.map(({ bytes }) => bytes)),
  sizes: parts.flatMap(({ sizes }) => sizes),
});
