import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#libs/database';
import { type DeliveryId, newId } from '#libs/kernel';
import type { ClaimedDelivery, NewDelivery } from './deliveries.types.js';

/** How a delivery stands after an attempt. */
export interface AttemptRow {
  readonly state: 'pending' | 'delivered' | 'failed';
  readonly status: number | null;
  readonly error: string | null;
  readonly retryInMs: number;
}

/** A delivery nobody is at work on, and the attempt that is next. */
export interface OverdueDelivery {
  readonly id: DeliveryId;
  readonly attempt: number;
}

const INSERT = `INSERT INTO deliveries (id, environment_id, connection_id, type, url, body, state, operation_id)
  SELECT id, $2, $3, $4, url, $5, 'pending', $6 FROM unnest($1::uuid[], $7::text[]) AS given (id, url)`;

// Counting the attempt before it is made is what lets only one caller make it.
const CLAIM = `UPDATE deliveries SET attempts = $2, next_attempt_at = now() + $3 * interval '1 ms'
  WHERE id = $1 AND state = 'pending' AND attempts = $2 - 1
  RETURNING id, environment_id AS "environmentId", url, body, operation_id AS "operationId"`;

const RECORD = `UPDATE deliveries SET state = $3, last_status = $4, last_error = $5,
    next_attempt_at = CASE WHEN $3 = 'pending' THEN now() + $6 * interval '1 ms' ELSE next_attempt_at END,
    finished_at = CASE WHEN $3 = 'pending' THEN NULL ELSE now() END
  WHERE id = $1 AND attempts = $2 AND state = 'pending'`;

const TAKE_OVERDUE = `UPDATE deliveries SET next_attempt_at = now()
  WHERE id IN (
    SELECT id FROM deliveries WHERE state = 'pending' AND next_attempt_at < now() - $2 * interval '1 ms'
    ORDER BY next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING id, attempts + 1 AS attempt`;

/** What has not ended. */
export interface PendingDeliveries {
  readonly count: number;
  /** Of the oldest; 0 where there is none. */
  readonly oldestMs: number;
}

// The longest overdue first: where there are more than are counted, the oldest is among them all the same.
const PENDING = `SELECT count(*)::int AS count,
    coalesce(greatest(0, extract(epoch FROM now() - min(created_at)) * 1000), 0)::float8 AS "oldestMs"
  FROM (SELECT created_at FROM deliveries WHERE state = 'pending' ORDER BY next_attempt_at LIMIT $1) AS pending`;

/** Every query on deliveries. */
@Injectable()
export class DeliveriesRepository {
  constructor(private readonly db: Database) {}

  /** One row per URL. */
  async insert(tx: Transaction, delivery: NewDelivery, urls: readonly string[], body: string): Promise<DeliveryId[]> {
    const ids = urls.map(() => newId());
    const { environmentId, connectionRowId, type, operationId } = delivery;
    await tx.query(INSERT, [ids, environmentId, connectionRowId ?? null, type, body, operationId ?? null, urls]);
    return ids;
  }

  /** Where an event goes: to the address its connection names, else to those of the environment, primary first. */
  async urlsFor(tx: Transaction, { environmentId, connectionRowId }: NewDelivery): Promise<string[]> {
    const [row] = await tx.query<{ override: string | null; urls: (string | null)[] }>(
      `SELECT nullif(c.webhook_url_override, '') AS override, ARRAY[nullif(e.webhook_url, ''), nullif(e.webhook_url_secondary, '')] AS urls
         FROM environments e LEFT JOIN connections c ON c.id = $2 WHERE e.id = $1`,
      [environmentId, connectionRowId ?? null],
    );
    return row?.override ? [row.override] : (row?.urls ?? []).filter((url) => url !== null);
  }

  /** Null when the attempt was made, or is being made, by somebody else. */
  async claim(id: DeliveryId, attempt: number, withinMs: number): Promise<ClaimedDelivery | null> {
    const [row] = await this.db.query<ClaimedDelivery>(CLAIM, [id, attempt, withinMs]);
    return row ?? null;
  }

  async pending(limit: number): Promise<PendingDeliveries> {
    const [row] = await this.db.query<PendingDeliveries>(PENDING, [limit]);
    return row as PendingDeliveries;
  }

  async record(id: DeliveryId, attempt: number, { state, status, error, retryInMs }: AttemptRow): Promise<void> {
    await this.db.query(RECORD, [id, attempt, state, status, error, retryInMs]);
  }

  /** Removes deliveries that ended before a moment, at most `limit`. Answers how many. */
  async removeBefore(before: Date, limit: number): Promise<number> {
    const removed = await this.db.query(
      `DELETE FROM deliveries WHERE id IN (
         SELECT id FROM deliveries WHERE state <> 'pending' AND finished_at < $1 ORDER BY id LIMIT $2) RETURNING 1`,
      [before, limit],
    );
    return removed.length;
  }

  /** Takes deliveries whose attempt has been due for longer than `byMs`; each is taken again only after that time. */
  takeOverdue(limit: number, byMs: number): Promise<OverdueDelivery[]> {
    return this.db.query<OverdueDelivery>(TAKE_OVERDUE, [limit, byMs]);
  }
}
