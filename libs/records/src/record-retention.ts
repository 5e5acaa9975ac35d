import { Injectable } from '@nestjs/common';
import type { Sql } from '#libs/database';
import { RecordsDatabase } from './data-source.js';
import { EMPTY } from './record-upkeep.js';
import type { IdleDataset } from './records.types.js';

const STALE = `SELECT d.id, coalesce(p.seq, d.pruned_seq) AS seq, p.left_seq AS "leftSeq", p.left_since::text AS "leftSince"
  FROM records.datasets d LEFT JOIN records.prune_passes p ON p.dataset_id = d.id
  WHERE d.unpruned_since < $1 ORDER BY d.unpruned_since LIMIT 1 FOR NO KEY UPDATE OF d SKIP LOCKED`;

// `modified_at` never falls while `seq` grows, so the first record that is too young ends the pass.
const PRUNE_STALE = `WITH looked_at AS MATERIALIZED (
    SELECT seq, pruned_at IS NULL AS unpruned, modified_at < $3 AS old, greatest(modified_at, restored_at) AS since
    FROM records.records WHERE dataset_id = $1 AND seq > $2 ORDER BY seq LIMIT $4
  ), pruned AS (
    UPDATE records.records r SET payload = NULL, pruned_at = clock_timestamp()
    FROM looked_at l WHERE r.dataset_id = $1 AND r.seq = l.seq AND l.unpruned AND l.since < $3 RETURNING 1
  )
  SELECT (SELECT count(*) FROM pruned)::int AS pruned, max(seq) AS seq, count(*) < $4 OR NOT coalesce(bool_and(old), false) AS last,
    min(seq) FILTER (WHERE unpruned AND since >= $3) AS "leftSeq",
    min(since) FILTER (WHERE unpruned AND since >= $3)::text AS "leftSince"
  FROM looked_at`;

const GO_ON = `INSERT INTO records.prune_passes AS p (dataset_id, seq, left_seq, left_since)
  VALUES ($1, $2, $3, $4::timestamptz)
  ON CONFLICT (dataset_id) DO UPDATE SET seq = excluded.seq, left_seq = excluded.left_seq, left_since = excluded.left_since`;

// A pass that was not begun anew has seen every record behind it as it is: what is restored ends passes.
const FINISH = `UPDATE records.datasets SET unpruned_since = coalesce($2::timestamptz, clock_timestamp()),
    pruned_seq = greatest(pruned_seq, $3)
  WHERE id = $1`;

const CHECK = `WITH due AS MATERIALIZED (
    SELECT id FROM records.datasets WHERE checked_at < $1 ORDER BY checked_at LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED
  )
  UPDATE records.datasets d SET checked_at = clock_timestamp() FROM due WHERE d.id = due.id
  RETURNING d.id, d.connection_id AS "connectionId", d.model, d.modified_at < $2 AS idle`;

interface Pass {
  readonly id: number;
  /** The last record it looked at. */
  readonly seq: number;
  /** First record that it left as it is, and the earliest time one of them was written or restored. */
  readonly leftSeq: number | null;
  readonly leftSince: string | null;
}

interface Slice extends Pick<Pass, 'leftSeq' | 'leftSince'> {
  readonly pruned: number;
  readonly seq: number | null;
  readonly last: boolean;
}

const earlier = (a: string | null, b: string | null): string | null =>
  a === null || b === null ? (a ?? b) : Date.parse(a) <= Date.parse(b) ? a : b;

/**
 * What goes by itself: payloads nobody changed for long, datasets nobody uses any more (spec/engine.md §4.8). Every statement takes
 * what no other replica is at, and a bounded slice of it.
 */
@Injectable()
export class RecordRetention {
  constructor(private readonly db: RecordsDatabase) {}

  /**
   * Empties payloads written and restored before a moment, in one dataset, looking at up to `limit` of its records.
   * @returns null when nothing is due
   */
  async pruneStale(before: Date, limit: number): Promise<{ pruned: number } | null> {
    return this.db.transaction(async (sql) => {
      const [pass] = await sql.query<Pass>(STALE, [before]);
      if (!pass) return null;
      const [slice] = await sql.query<Slice>(PRUNE_STALE, [pass.id, pass.seq, before, limit]);
      if (!slice) return null;
      const left = { leftSeq: pass.leftSeq ?? slice.leftSeq, leftSince: earlier(pass.leftSince, slice.leftSince) };
      await settle(sql, { ...pass, ...left, seq: slice.seq ?? pass.seq }, slice.last);
      return { pruned: slice.pruned };
    });
  }

  /** Datasets not looked at since `checkedBefore`, that nothing was written to since `before`. Takes up to `limit`, from all replicas once. */
  async takeIdle(before: Date, checkedBefore: Date, limit: number): Promise<{ idle: IdleDataset[]; looked: number }> {
    const rows = await this.db.query<IdleDataset & { idle: boolean }>(CHECK, [checkedBefore, before, limit]);
    return { idle: rows.filter((row) => row.idle), looked: rows.length };
  }

  /** Removes a slice of a dataset for good, unless something was written to it since `before`. */
  async removeIdle(id: number, before: Date, limit: number): Promise<{ deletedCount: number; hasMore: boolean }> {
    return this.db.transaction(async (sql) => {
      const held = await sql.query('SELECT 1 FROM records.datasets WHERE id = $1 AND modified_at < $2 FOR NO KEY UPDATE', [
        id,
        before,
      ]);
      if (held.length === 0) return { deletedCount: 0, hasMore: false };
      const [gone] = await sql.query<{ count: number; live: number }>(EMPTY, [id, limit]);
      await sql.query('UPDATE records.datasets SET live_count = live_count - $2, tracked_from = NULL WHERE id = $1', [
        id,
        gone?.live ?? 0,
      ]);
      return { deletedCount: gone?.count ?? 0, hasMore: gone?.count === limit };
    });
  }
}

async function settle(sql: Sql, pass: Pass, ended: boolean): Promise<void> {
  if (!ended) {
    await sql.query(GO_ON, [pass.id, pass.seq, pass.leftSeq, pass.leftSince]);
    return;
  }
  const prunedSeq = pass.leftSeq === null ? pass.seq : pass.leftSeq - 1;
  await sql.query(FINISH, [pass.id, pass.leftSince, prunedSeq]);
  await sql.query('DELETE FROM records.prune_passes WHERE dataset_id = $1', [pass.id]);
}
