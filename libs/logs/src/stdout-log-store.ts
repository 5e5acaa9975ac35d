import { Logger } from '@nestjs/common';
import { LogStore, type MessageRow, type OperationRow } from './log-store.js';

/** With logs off, operations that end are lines of the service's own log; messages go nowhere. */
export class StdoutLogStore extends LogStore {
  readonly #log = new Logger('operations');

  async write(operations: readonly OperationRow[]): Promise<void> {
    for (const operation of operations) this.#log.log({ operation });
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
