import type { SealedValues } from '#libs/crypto';
import type { LockedDataset } from './dataset-writer.js';
import { fromNumberArray, toNumberArray, toTextArray } from './domain/array-text.js';
import type { Stored } from './domain/decide.js';

/** Statements on the rows of a locked dataset; each takes a whole batch. */

export interface StoredRow extends Stored {
  readonly seq: number;
}

/** Records to write, column by column. */
export interface SealedRows {
  readonly ids: readonly string[];
  /** Hex digests. */
  readonly hashes: readonly string[];
  readonly payloads: SealedValues;
}

/** What was found, column by column; null where nothing was. Places are those of the ids that were asked for, from 1. */
interface Found {
  readonly places: string | null;
  readonly nums: string;
  readonly seqs: string;
  /** Hex digests, one behind the other. */
  readonly hashes: string;
  readonly flags: string;
}

const [DELETED, PRUNED, SHIELDED] = [1, 2, 4];
const HASH_DIGITS = 32;

// One row of arrays instead of a row per record: parsing rows would cost more than finding them. The limit keeps the planner, whose
// statistics lag behind a growing dataset, from reading the whole dataset for a hash join.
const FIND = `SELECT array_agg(u.n)::text AS places, array_agg(r.num)::text AS nums, array_agg(r.seq)::text AS seqs,
    encode(string_agg(r.hash, ''), 'hex') AS hashes,
    array_agg(${DELETED} * (r.deleted_at IS NOT NULL)::int + ${PRUNED} * (r.pruned_at IS NOT NULL)::int
      + CASE WHEN $4::bigint IS NOT NULL AND r.seq > $4 AND NOT r.seq <@ coalesce((
        SELECT range_agg(b.written) FROM records.batches b WHERE b.dataset_id = $1 AND b.run_id = $3), '{}')
        THEN ${SHIELDED} ELSE 0 END)::text AS flags
  FROM unnest($2::text[]) WITH ORDINALITY AS u (id, n)
  CROSS JOIN LATERAL (SELECT * FROM records.records WHERE dataset_id = $1 AND external_id = u.id LIMIT 1) r`;

/** @param shieldedAfter records that others changed after this sequence number are marked as shielded */
export async function findStored(
  dataset: Pick<LockedDataset, 'id' | 'sql'>,
  runId: string,
  ids: readonly string[],
  shieldedAfter: number | undefined,
): Promise<Map<string, StoredRow>> {
  const [found] = await dataset.sql.query<Found>(FIND, [dataset.id, toTextArray(ids), runId, shieldedAfter ?? null]);
  if (!found || found.places === null) return new Map();
  const [nums, seqs, flags] = [found.nums, found.seqs, found.flags].map(fromNumberArray) as [number[], number[], number[]];
  const rowAt = (n: number): StoredRow => ({
    num: nums[n] as number,
    seq: seqs[n] as number,
    hash: found.hashes.slice(n * HASH_DIGITS, (n + 1) * HASH_DIGITS),
    ...marksOf(flags[n] as number),
  });
  return new Map(fromNumberArray(found.places).map((place, n) => [ids[place - 1] as string, rowAt(n)]));
}

const marksOf = (flags: number) => ({
  deleted: (flags & DELETED) !== 0,
  pruned: (flags & PRUNED) !== 0,
  shielded: (flags & SHIELDED) !== 0,
});

export async function readPayloads(dataset: LockedDataset, ids: readonly string[]): Promise<Map<string, Buffer | null>> {
  const rows = await dataset.sql.query<{ external_id: string; payload: Buffer | null }>(
    'SELECT external_id, payload FROM records.records WHERE dataset_id = $1 AND external_id = ANY ($2::text[])',
    [dataset.id, ids],
  );
  return new Map(rows.map((row) => [row.external_id, row.payload]));
}

const INSERT = `INSERT INTO records.records AS r
    (dataset_id, external_id, num, seq, hash, payload, first_seen_at, modified_at)
  SELECT $1, u.id, $2 + u.n, $2 + u.n, substring($4::bytea FROM (u.n - 1)::int * 16 + 1 FOR 16),
    substring($5::bytea FROM u.start FOR u.size), $3::timestamptz, $3::timestamptz
  FROM unnest($6::text[], $7::int[], $8::int[]) WITH ORDINALITY AS u (id, start, size, n)`;

const UPSERT = `${INSERT}
  ON CONFLICT (dataset_id, external_id) DO UPDATE SET
    num = CASE WHEN r.deleted_at IS NULL THEN r.num ELSE excluded.num END,
    first_seen_at = CASE WHEN r.deleted_at IS NULL THEN r.first_seen_at ELSE excluded.first_seen_at END,
    seq = excluded.seq, hash = excluded.hash, payload = excluded.payload,
    modified_at = excluded.modified_at, deleted_at = NULL, pruned_at = NULL`;

/**
 * Inserts, revives or changes records; row `n` of the list gets the `n`-th sequence number after `afterSeq`.
 * @param allNew none of them is stored; nobody else can add them meanwhile, and looking for conflicts costs a third more
 */
export async function writeRows(
  dataset: LockedDataset,
  afterSeq: number,
  { ids, hashes, payloads: { bytes, sizes } }: SealedRows,
  allNew: boolean,
): Promise<void> {
  await dataset.sql.query(allNew ? INSERT : UPSERT, [
    dataset.id,
    afterSeq,
    dataset.at,
    Buffer.from(hashes.join(''), 'hex'),
    bytes,
    toTextArray(ids),
    toNumberArray(startsOf(sizes)),
    toNumberArray(sizes),
  ]);
}

// A pass of pruning that is under way may be past these records: it begins anew.
const RESTORE = `WITH pass AS (DELETE FROM records.prune_passes WHERE dataset_id = $1)
  UPDATE records.records r SET payload = substring($2::bytea FROM u.start FOR u.size), pruned_at = NULL,
    restored_at = $6::timestamptz
  FROM unnest($3::text[], $4::int[], $5::int[]) AS u (id, start, size)
  WHERE r.dataset_id = $1 AND r.external_id = ANY ($3) AND r.external_id = u.id`;

/** Gives pruned records their payload back; to a reader nothing has changed. */
export async function restorePayloads(
  dataset: LockedDataset,
  { ids, payloads: { bytes, sizes } }: Pick<SealedRows, 'ids' | 'payloads'>,
): Promise<void> {
  const parameters = [dataset.id, bytes, toTextArray(ids), toNumberArray(startsOf(sizes)), toNumberArray(sizes), dataset.at];
  await dataset.sql.query(RESTORE, parameters);
}

const DELETE = `UPDATE records.records r SET seq = $2 + u.n, modified_at = $3::timestamptz,
    deleted_at = coalesce(u.deleted_at, $3::timestamptz)
  FROM unnest($4::text[], $5::timestamptz[]) WITH ORDINALITY AS u (id, deleted_at, n)
  WHERE r.dataset_id = $1 AND r.external_id = ANY ($4) AND r.external_id = u.id`;

/** Soft deletion: payload and digest stay. */
export async function markDeleted(
  dataset: LockedDataset,
  deletions: readonly { id: string; deletedAt: string | null }[],
): Promise<void> {
  if (deletions.length === 0) return;
  await dataset.sql.query(DELETE, [
    dataset.id,
    dataset.lastSeq,
    dataset.at,
    deletions.map(({ id }) => id),
    deletions.map(({ deletedAt }) => deletedAt),
  ]);
}

/**
 * Where each payload begins in the one parameter they are: a `bytea[]` parameter travels as escaped hexadecimal text,
 * twice the bytes and many times the work.
 */
function startsOf(sizes: readonly number[]): number[] {
  let start = 1;
  return sizes.map((size) => (start += size) - size);
}
