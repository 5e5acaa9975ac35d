import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { LogMessage } from '#libs/contracts';
import { newId } from '#libs/kernel';
import { counter } from '#libs/metrics';
import { expiryOf } from './domain/expiry.js';
import { isUuid } from './domain/ids.js';
import { isoTime } from './domain/iso-time.js';
import type { BufferLimits } from './domain/log-buffer.js';
import { boundedMeta } from './domain/storable.js';
import { countOf, halvesOf } from './domain/log-batch.js';
import { WaitingRows } from './domain/waiting-rows.js';
import { type LogBatch, LogStore, type OperationEnd, type OperationRow, type OperationStart } from './log-store.js';

const FLUSH_EVERY_MS = 250;
const FLUSH_ROWS = 1_000;
const LIMITS: BufferLimits = { rows: 20_000, bytes: 32 * 1024 * 1024 };
const MAX_MESSAGE_LENGTH = 10_000;

const droppedRows = counter('fairlead.logs.dropped');

/** An operation that has begun. */
export interface Operation {
  readonly id: string;
  message(message: LogMessage): void;
  finish(end: OperationEnd): void;
}

/**
 * What happened, when and for which connection (spec/engine.md §5). Calls return at once: rows wait in a bounded buffer and
 * are stored in batches. A store that is away or too slow costs log lines, never the work that is logged; the counter
 * `fairlead.logs.dropped` says how many.
 */
export class OperationLog implements OnApplicationShutdown {
  readonly #log = new Logger(OperationLog.name);
  readonly #rows: WaitingRows;
  readonly #timer: NodeJS.Timeout;
  #told = 0;
  #flushing: Promise<void> | undefined;
  #failing = false;

  constructor(
    private readonly store: LogStore,
    limits: BufferLimits = LIMITS,
  ) {
    this.#rows = new WaitingRows(limits);
    this.#timer = setInterval(() => void this.#start(), FLUSH_EVERY_MS).unref();
  }

  /** How many rows were given up since the start, because the store did not keep up or refused them. */
  get dropped(): number {
    return this.#rows.dropped;
  }

  start(start: OperationStart): Operation {
    const id = newId();
    const now = new Date();
    this.#rows.note({ ...begun(start, now), id, createdAt: now.toISOString() });
    this.#flushIfFull();
    return {
      id,
      message: (entry) => this.message(id, entry),
      finish: (end) => this.finish(id, end),
    };
  }

  /**
   * An operation that is over when it is told of: one row, stored once. Its id, for messages that belong to it.
   * @param startedAt when it began
   */
  record(start: OperationStart, end: OperationEnd, startedAt: Date): string {
    const id = newId();
    this.#rows.addPacked(this.store.pack(wholeRow(id, start, end, startedAt)));
    this.#flushIfFull();
    return id;
  }

  /** Adds a message to an operation, which may have begun in another process. */
  message(operationId: string, message: LogMessage): void {
    if (!isUuid(operationId)) return this.#rows.countDropped();
    const { meta, size } = boundedMeta(message.meta);
    const text = message.message.slice(0, MAX_MESSAGE_LENGTH);
    this.#rows.addMessage({ ...message, message: text, meta: asObject(meta), id: newId(), operationId }, size);
    this.#flushIfFull();
  }

  /** Ends an operation; the first end counts. */
  finish(operationId: string, { meta, ...end }: OperationEnd): void {
    if (!isUuid(operationId)) return this.#rows.countDropped();
    const now = new Date().toISOString();
    this.#rows.note({ ...end, level: levelOf(end), ...metaOf(meta), id: operationId, createdAt: now, endedAt: now });
    this.#flushIfFull();
  }

  /** Stores all that waits now. Resolves when that is done, or the store has failed. */
  async flush(): Promise<void> {
    await this.#flushing;
    await this.#start();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
    await this.flush();
  }

  #flushIfFull(): void {
    if (!this.#failing && !this.#flushing && this.#rows.size >= FLUSH_ROWS) void this.#start();
  }

  #start(): Promise<void> {
    this.#flushing ??= this.#drain(this.#rows.size).finally(() => {
      this.#flushing = undefined;
      this.#tellDropped();
    });
    return this.#flushing;
  }

  /** What comes meanwhile waits for its own turn: stored as it comes it would be many small batches. */
  async #drain(count: number): Promise<void> {
    for (let left = count; left > 0; left -= FLUSH_ROWS) {
      if (!(await this.#store(this.#rows.take(Math.min(left, FLUSH_ROWS))))) return;
    }
  }

  /** False when the store is away: what was taken waits on, as far as there is room. */
  async #store(batch: LogBatch): Promise<boolean> {
    try {
      await this.store.write(batch);
      this.#recovered();
      return true;
    } catch (error) {
      if (isRefusal(error)) return this.#storeHalves(batch, error);
      this.#rows.putBack(batch);
      if (!this.#failing) this.#log.error(`the log store is away: ${String(error)}`);
      this.#failing = true;
      return false;
    }
  }

  /** One row that the store refuses must not take its neighbours along. */
  async #storeHalves(batch: LogBatch, error: unknown): Promise<boolean> {
    if (countOf(batch) === 1) {
      this.#rows.countDropped();
      this.#log.error(`the log store refused a row: ${String(error)}`);
      return true;
    }
    const [first, second] = halvesOf(batch);
    if (await this.#store(first)) return this.#store(second);
    this.#rows.putBack(second);
    return false;
  }

  #tellDropped(): void {
    droppedRows.add({}, this.dropped - this.#told);
    this.#told = this.dropped;
  }

  #recovered(): void {
    if (this.#failing) this.#log.log(`the log store is back; ${this.dropped} rows were given up so far`);
    this.#failing = false;
  }
}

function begun({ expiresAt, meta, ...start }: OperationStart, at: Date) {
  const expires = expiresAt ?? expiryOf(start.type, at);
  return { ...start, message: start.message.slice(0, MAX_MESSAGE_LENGTH), ...metaOf(meta), expiresAt: expires.toISOString() };
}

/** Written out, so that all rows of the busiest kind of operation are of one shape. */
function wholeRow(id: string, start: OperationStart, end: OperationEnd, startedAt: Date): OperationRow {
  const meta = start.meta || end.meta ? { ...(start.meta as object), ...(end.meta as object) } : undefined;
  return {
    id,
    createdAt: isoTime(startedAt.getTime()),
    endedAt: isoTime(Date.now()),
    type: start.type,
    action: start.action,
    state: end.state,
    level: levelOf(end),
    message: start.message.slice(0, MAX_MESSAGE_LENGTH),
    environmentId: start.environmentId,
    environmentName: start.environmentName,
    integrationName: start.integrationName,
    provider: start.provider,
    connectionRowId: start.connectionRowId,
    connectionName: start.connectionName,
    functionName: start.functionName,
    syncId: start.syncId,
    executionId: start.executionId,
    actor: start.actor,
    request: start.request,
    response: end.response,
    error: end.error,
    meta,
  };
}

const levelOf = ({ state }: OperationEnd) => (state === 'success' ? 'info' : 'error');

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
