import { Injectable, Logger } from '@nestjs/common';
import { Database } from '#libs/database';
import { idFloor, messageOf } from '#libs/kernel';
import { type DayPartition, dayPartitions, isExpired, retentionStart } from './domain/partition-days.js';

const DAYS_AHEAD = 7;
const STRAYS_AT_ONCE = 1_000;
const OPEN = `state IN ('queued', 'running')`;
/** A partition is a matter of days: it does not wait for a long transaction, nor make others wait behind it. */
const LOCK_TIMEOUT = '2s';

/** The days of the ledger. Rows of a day without a partition of its own lie in the default one and stay there. */
@Injectable()
export class LedgerPartitions {
  readonly #log = new Logger(LedgerPartitions.name);

  constructor(private readonly db: Database) {}

  /** Prepares today and the days to come. Idempotent. */
  async ensure(now: Date): Promise<void> {
    const existing = new Set(await this.#names());
    for (const day of dayPartitions(now, DAYS_AHEAD)) if (!existing.has(day.name)) await this.#create(day);
  }

  /**
   * Drops the days before the retention, and slice by slice what the default partition holds of them. What is still open stays, and its
   * day with it, until it has ended. @param isStopped asked between steps
   */
  async dropOld(now: Date, retentionDays: number, isStopped: () => boolean = () => false): Promise<void> {
    const start = retentionStart(now, retentionDays);
    for (const name of (await this.#names()).filter((partition) => isExpired(partition, start))) {
      if (isStopped()) return;
      if (!(await this.#hasOpen(name))) await this.#alone(`dropping ${name}`, `DROP TABLE ${name}`);
    }
    while (!isStopped() && (await this.#dropStrays(start)) === STRAYS_AT_ONCE);
  }

  async #hasOpen(name: string): Promise<boolean> {
    return (await this.db.query(`SELECT 1 FROM ${name} WHERE ${OPEN} LIMIT 1`)).length > 0;
  }

  async #dropStrays(start: Date): Promise<number> {
    const dropped = await this.db.query(
      `DELETE FROM executions_default WHERE id IN (SELECT id FROM executions_default WHERE id < $1 AND NOT (${OPEN}) LIMIT $2) RETURNING id`,
      [idFloor(start), STRAYS_AT_ONCE],
    );
    return dropped.length;
  }

  /** Attached rather than created in place: that blocks no reader of the ledger. */
  async #create({ name, from, to }: DayPartition): Promise<void> {
    const strays = await this.db.query('SELECT 1 FROM executions_default WHERE id >= $1 AND id < $2 LIMIT 1', [from, to]);
    if (strays.length > 0) return;
    await this.#alone(
      `preparing ${name}`,
      `CREATE TABLE ${name} (LIKE executions INCLUDING ALL)`,
      `ALTER TABLE executions ATTACH PARTITION ${name} FOR VALUES FROM ('${from}') TO ('${to}')`,
    );
  }

  async #alone(what: string, ...statements: readonly string[]): Promise<void> {
    try {
      await this.db.transaction(async (tx) => {
        await tx.query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`);
        for (const statement of statements) await tx.query(statement);
      });
    } catch (error) {
      this.#log.warn(`${what} is tried again later: ${messageOf(error)}`);
    }
  }

  async #names(): Promise<string[]> {
    const rows = await this.db.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'executions'::regclass`,
    );
    return rows.map(({ name }) => name);
  }
}
