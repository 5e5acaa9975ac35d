import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { isUuid } from './domain/ids.js';
import type { LogMessage } from '#libs/contracts';
import { newId } from '#libs/kernel';
import { expiryOf } from './domain/expiry.js';
import { type BufferLimits, LogBuffer } from './domain/log-buffer.js';
import { boundedMeta } from './domain/storable.js';
import { LogStore, type MessageRow, type OperationEnd, type OperationRow, type OperationStart } from './log-store.js';

const FLUSH_EVERY_MS = 250;
const FLUSH_ROWS = 500;
const LIMITS: BufferLimits = { rows: 20_000, bytes: 32 * 1024 * 1024 };
const MAX_OPERATIONS = 20_000;
const MAX_MESSAGE_LENGTH = 10_000;
const ROW_BYTES = 300;

/** An operation that has begun. */
export interface Operation {
  readonly id: string;
  message(message: LogMessage): void;
  finish(end: OperationEnd): void;
}

/**
 * What happened, when and for which connection (spec/engine.md §5). Calls return at once: rows wait in a bounded buffer and
 * are stored in batches. A store that is away costs log lines, never the work that is logged.
 */
export class OperationLog implements OnApplicationShutdown {
  readonly #log = new Logger(OperationLog.name);
  readonly #operations = new Map<string, OperationRow>();
  readonly #messages: LogBuffer<MessageRow>;
  readonly #timer: NodeJS.Timeout;
  #flushing: Promise<void> | undefined;
  #failing = false;

  constructor(
    private readonly store: LogStore,
    limits: BufferLimits = LIMITS,
  ) {
    this.#messages = new LogBuffer(limits);
    this.#timer = setInterval(() => void this.flush(), FLUSH_EVERY_MS).unref();
  }

  /** How many rows were given up since the start, because the store did not keep up or refused them. */
  get dropped(): number {
    return this.#messages.dropped;
  }

  start(start: OperationStart): Operation {
    const id = newId();
    const now = new Date();
    const { expiresAt = expiryOf(start.type, now), meta, ...facts } = start;
    const message = start.message.slice(0, MAX_MESSAGE_LENGTH);
    this.#note({ ...facts, message, ...metaOf(meta), id, createdAt: now.toISOString(), expiresAt: expiresAt.toISOString() });
    return {
      id,
      message: (entry) => this.message(id, entry),
      finish: (end) => this.finish(id, end),
    };
  }

  /** Adds a message to an operation, which may have begun in another process. */
  message(operationId: string, message: LogMessage): void {
    if (!isUuid(operationId)) return this.#messages.countDropped(1);
    const { meta, size } = boundedMeta(message.meta);
    const text = message.message.slice(0, MAX_MESSAGE_LENGTH);
    const row = { ...message, message: text, meta: asObject(meta), id: newId(), operationId };
    this.#messages.add(row, ROW_BYTES + text.length + size);
    this.#flushIfFull();
  }

  /** Ends an operation; the first end counts. */
  finish(operationId: string, { meta, ...end }: OperationEnd): void {
    if (!isUuid(operationId)) return this.#messages.countDropped(1);
    const now = new Date().toISOString();
    const level = end.state === 'success' ? 'info' : 'error';
    this.#note({ ...end, level, ...metaOf(meta), id: operationId, createdAt: now, endedAt: now });
  }

  /** Stores everything that waits. Resolves when the buffer is empty or the store has failed. */
  async flush(): Promise<void> {
    this.#flushing ??= this.#drain().finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
    await this.flush();
  }

  #note(row: OperationRow): void {
    const known = this.#operations.get(row.id);
    if (known?.endedAt !== undefined) return;
    if (!known && this.#operations.size >= MAX_OPERATIONS) return this.#messages.countDropped(1);
    const meta = known?.meta || row.meta ? { meta: { ...(known?.meta as object), ...(row.meta as object) } } : {};
    this.#operations.set(row.id, { ...known, ...row, ...meta, createdAt: known?.createdAt ?? row.createdAt });
    this.#flushIfFull();
  }

  #flushIfFull(): void {
    if (!this.#failing && this.#messages.size + this.#operations.size >= FLUSH_ROWS) void this.flush();
  }

  async #drain(): Promise<void> {
    while (this.#operations.size + this.#messages.size > 0) {
      const operations = [...this.#operations.values()].slice(0, FLUSH_ROWS);
      for (const { id } of operations) this.#operations.delete(id);
      const messages = this.#messages.take(FLUSH_ROWS - operations.length);
      if (!(await this.#store(operations, messages))) return;
    }
  }

  /** False when the store is away: what was taken waits on, as far as there is room. */
  async #store(operations: OperationRow[], messages: MessageRow[]): Promise<boolean> {
    try {
      await this.store.write(operations, messages);
      this.#recovered();
      return true;
    } catch (error) {
      if (isRefusal(error)) return this.#storeHalves(operations, messages, error);
      this.#putBack(operations, messages);
      if (!this.#failing) this.#log.error(`the log store is away: ${String(error)}`);
      this.#failing = true;
      return false;
    }
  }

  /** One row that the store refuses must not take its neighbours along. */
  async #storeHalves(operations: OperationRow[], messages: MessageRow[], error: unknown): Promise<boolean> {
    if (operations.length + messages.length === 1) {
      this.#messages.countDropped(1);
      this.#log.error(`the log store refused a row: ${String(error)}`);
      return true;
    }
    const [o, m] = [Math.ceil(operations.length / 2), Math.ceil(messages.length / 2)];
    const first = operations.length > 0 && messages.length > 0 ? { o: operations.length, m: 0 } : { o, m };
    const done = await this.#store(operations.slice(0, first.o), messages.slice(0, first.m));
    if (done) return this.#store(operations.slice(first.o), messages.slice(first.m));
    this.#putBack(operations.slice(first.o), messages.slice(first.m));
    return false;
  }

  #putBack(operations: readonly OperationRow[], messages: readonly MessageRow[]): void {
    for (const row of operations) {
      const newer = this.#operations.get(row.id);
      this.#operations.set(row.id, { ...row, ...newer, createdAt: row.createdAt });
    }
    for (const row of messages) this.#messages.add(row, ROW_BYTES + row.message.length);
  }

  #recovered(): void {
    if (this.#failing) this.#log.log(`the log store is back; ${this.dropped} rows were given up so far`);
    this.#failing = false;
  }
}

/** PostgreSQL's class 22, data exceptions: the row is at fault, not the store. */
const isRefusal = (error: unknown): boolean => {
  const code = (error as { code?: unknown }).code ?? (error as { driverError?: { code?: unknown } }).driverError?.code;
  return typeof code === 'string' && code.startsWith('22');
};

const metaOf = (meta: unknown) => (meta === undefined ? {} : { meta: asObject(boundedMeta(meta).meta) });

/** Meta data is stored as an object, so that later facts can be merged in. */
function asObject(meta: unknown): object | undefined {
  if (meta === undefined || meta === null) return undefined;
  return typeof meta === 'object' ? { ...meta } : { value: meta };
}
