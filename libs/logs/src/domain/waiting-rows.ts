import type { LogBatch, MessageRow, OperationRow, PackedOperation } from '../log-store.js';
import { type BufferLimits, LogBuffer } from './log-buffer.js';

const MAX_OPEN = 20_000;
const ROW_BYTES = 300;

/** Rows on their way to the store, as many as there is room for; what finds none is given up and counted. */
export class WaitingRows {
  /** Operations whose beginning or end waits; the other side may still come. */
  readonly #open = new Map<string, OperationRow>();
  readonly #packed: LogBuffer<PackedOperation>;
  readonly #messages: LogBuffer<MessageRow>;
  #refused = 0;

  constructor(limits: BufferLimits) {
    this.#packed = new LogBuffer(limits);
    this.#messages = new LogBuffer(limits);
  }

  get size(): number {
    return this.#open.size + this.#packed.size + this.#messages.size;
  }

  /** How many rows were given up since the start. */
  get dropped(): number {
    return this.#refused + this.#packed.dropped + this.#messages.dropped;
  }

  /** Counts a row that was given up elsewhere. */
  countDropped(): void {
    this.#refused += 1;
  }

  /** One side of an operation; the first end counts. */
  note(row: OperationRow): void {
    const known = this.#open.get(row.id);
    if (known?.endedAt !== undefined) return;
    if (!known && this.#open.size >= MAX_OPEN) return this.countDropped();
    const meta = known?.meta || row.meta ? { meta: { ...(known?.meta as object), ...(row.meta as object) } } : {};
    this.#open.set(row.id, { ...known, ...row, ...meta, createdAt: known?.createdAt ?? row.createdAt });
  }

  addPacked(operation: PackedOperation): void {
    this.#packed.add(operation, operation.bytes);
  }

  /** @param metaBytes of its meta data as JSON */
  addMessage(row: MessageRow, metaBytes = 0): void {
    this.#messages.add(row, ROW_BYTES + row.message.length + metaBytes + sizeOf(row.request) + sizeOf(row.response));
  }

  take(count: number): LogBatch {
    const operations = this.#open.size === 0 ? [] : [...this.#open.values()].slice(0, count);
    for (const { id } of operations) this.#open.delete(id);
    const packed = this.#packed.take(count - operations.length);
    const messages = this.#messages.take(count - operations.length - packed.length);
    return { operations, packed, messages };
  }

  /** What could not be stored waits on, as far as there is room. */
  putBack({ operations, packed, messages }: LogBatch): void {
    for (const row of operations) this.#open.set(row.id, { ...row, ...this.#open.get(row.id), createdAt: row.createdAt });
    for (const operation of packed) this.addPacked(operation);
    for (const row of messages) this.addMessage(row);
  }
}

interface Described {
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Roughly what a request or an answer takes: addresses and headers may be long, and strangers choose them. */
function sizeOf(described: object | undefined): number {
  if (!described) return 0;
  const { url, headers, body } = described as Described;
  let size = textOf(url) + textOf(body);
  for (const name in headers) size += name.length + headers[name]!.length;
  return size;
}

const textOf = (text: string | undefined): number => text?.length ?? 0;
