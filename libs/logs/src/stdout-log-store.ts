import { Logger } from '@nestjs/common';
import { type LogBatch, LogStore, type MessageRow } from './log-store.js';

/** With logs off, operations that end are lines of the service's own log; messages go nowhere. */
export class StdoutLogStore extends LogStore {
  readonly #log = new Logger('operations');

  async write({ operations, packed }: LogBatch): Promise<void> {
    for (const operation of operations) this.#log.log({ operation });
    for (const { packed: operation } of packed) this.#log.log({ operation });
  }

  async operation(): Promise<null> {
    return null;
  }

  async messages(): Promise<MessageRow[]> {
    return [];
  }

  async maintain(): Promise<void> {
    // Nothing is kept.
  }
}
