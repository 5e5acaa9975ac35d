import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import { REDIS } from '#libs/cache';
import { Database, type Sql } from '#libs/database';
import { AppError, inTime, messageOf } from '#libs/kernel';

/** A Redis that answers does so in milliseconds. */
const PATIENCE_MS = 500;
/** The ledger is asked again about a run after this time. */
const OPEN_FOR_MS = 500;
const MAX_RUNS = 10_000;

/**
 * Runs whose outcome is final: what they still try to write is refused (design §2.3). Whoever settles a run marks it in Redis, which is
 * heard of at once; but whoever settled it may have been lost before, and so may the mark. The ledger says what is true.
 */
@Injectable()
export class SettledRuns {
  readonly #log = new Logger(SettledRuns.name);
  /** Its clock is read each time: what it remembers from before this process was halted is old. */
  readonly #open = new LRUCache<string, true>({ max: MAX_RUNS, ttl: OPEN_FOR_MS, ttlResolution: 0 });
  readonly #ended = new LRUCache<string, true>({ max: MAX_RUNS });

  constructor(
    @Inject(REDIS) private readonly redis: Redis,
    private readonly db: Database,
  ) {}

  /** @throws AppError `script_aborted` when the run is settled */
  async refuse(executionId: string): Promise<void> {
    if (!this.#ended.has(executionId) && !(await this.#isMarked(executionId)) && !(await this.#isRecorded(executionId))) return;
    this.#ended.set(executionId, true);
    throw ended();
  }

  /** As `refuse`, also by what the ledger says at this moment. @throws AppError `script_aborted` */
  async refuseNow(executionId: string): Promise<void> {
    const answers = await Promise.all([this.#isMarked(executionId), this.#isFinal(executionId)]);
    if (answers.includes(true)) throw ended();
  }

  /** As `refuse`, by what the ledger says; until the transaction ends, the run does not. @throws AppError `script_aborted` */
  async holdOpen(sql: Sql, executionId: string): Promise<void> {
    const [row] = await sql.query<{ open: boolean }>(
      `SELECT state IN ('queued', 'running') AS open FROM executions WHERE id = $1 FOR SHARE`,
      [executionId],
    );
    if (row && !row.open) throw ended();
  }

  /** False also where Redis cannot say. */
  async #isMarked(id: string): Promise<boolean> {
    if (this.redis.status !== 'ready') return false;
    try {
      return (await inTime(this.redis.exists(`fairlead:settled:${id}`), PATIENCE_MS, () => 0)) === 1;
    } catch (error) {
      this.#log.warn(`Redis cannot be asked for ${id}: ${messageOf(error)}`);
      return false;
    }
  }

  async #isRecorded(id: string): Promise<boolean> {
    if (this.#open.has(id)) return false;
    const isFinal = await this.#isFinal(id);
    if (!isFinal) this.#open.set(id, true);
    return isFinal;
  }

  /** An action that somebody waits for has no row before it ends. */
  async #isFinal(id: string): Promise<boolean> {
    const final = await this.db.query(`SELECT 1 FROM executions WHERE id = $1 AND state NOT IN ('queued', 'running')`, [id]);
    return final.length > 0;
  }
}

const ended = () => new AppError('script_aborted', 'this run has ended; nothing it writes is kept');
