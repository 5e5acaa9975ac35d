import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { isAway } from '#libs/database';
import { messageOf } from '#libs/kernel';
import { type FinalRow, LedgerRepository } from './ledger.repository.js';

const FLUSH_EVERY_MS = 50;
const ROWS_AT_ONCE = 500;
/** While the database is away. */
const AGAIN_MS = 1_000;
const KEPT_ROWS = 50_000;

interface Waiting {
  readonly row: FinalRow;
  readonly done: () => void;
}

/** Rows of ended actions on their way to the ledger, in batches: the caller has its answer already. */
@Injectable()
export class FinalRows implements OnApplicationShutdown {
  readonly #log = new Logger(FinalRows.name);
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(private readonly ledger: LedgerRepository) {}

  /** Resolves once the row is written, or was given up because the database refused it. */
  add(row: FinalRow): Promise<void> {
    return new Promise((done) => {
      this.#waiting.push({ row, done });
      if (this.#waiting.length === ROWS_AT_ONCE) void this.#flush();
      else this.#flushAfter(FLUSH_EVERY_MS);
    });
  }

  async onApplicationShutdown(): Promise<void> {
    this.#isStopped = true;
    while (this.#waiting.length > 0) await this.#flush();
  }

  #flushAfter(ms: number): void {
    this.#timer ??= setTimeout(() => void this.#flush(), ms);
  }

  async #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#waiting.splice(0, ROWS_AT_ONCE);
    if (batch.length === 0) return;
    try {
      await this.ledger.insertFinal(batch.map(({ row }) => row));
    } catch (error) {
      if (isAway(error) && !this.#isStopped && this.#waiting.length < KEPT_ROWS) {
        this.#waiting.unshift(...batch);
        return this.#flushAfter(AGAIN_MS);
      }
      this.#log.error({ err: error }, `${batch.length} ended actions are missing in the ledger: ${messageOf(error)}`);
    }
    for (const { done } of batch) done();
    if (this.#waiting.length > 0) this.#flushAfter(0);
    return undefined;
  }
}
