import { type LogBatch, LogStore, type MessageRow, type OperationRow, type StoredOperation } from './log-store.js';

/** The twin for tests. */
export class MemoryLogStore extends LogStore {
  readonly #operations = new Map<string, StoredOperation>();
  readonly #messages = new Map<string, MessageRow>();

  async write({ operations, packed, messages }: LogBatch): Promise<void> {
    for (const row of [...operations, ...packed.map((one) => one.packed as OperationRow)]) {
      const known: StoredOperation | undefined = this.#operations.get(row.id);
      const merged = { state: 'running', level: 'info', ...known, ...withoutUndefined(row) };
      this.#operations.set(row.id, merged as StoredOperation);
    }
    for (const row of messages) this.#messages.set(row.id, row);
  }

  async operation(id: string): Promise<StoredOperation | null> {
    return this.#operations.get(id) ?? null;
  }

  /** Every operation, in the order they began to be stored. */
  all(): StoredOperation[] {
    return [...this.#operations.values()];
  }

  async messages(operationId: string): Promise<MessageRow[]> {
    return [...this.#messages.values()].filter((message) => message.operationId === operationId);
  }

  async maintain(): Promise<void> {
    // Memory has no days.
  }
}

const withoutUndefined = <Row extends object>(row: Row): Row =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)) as Row;
