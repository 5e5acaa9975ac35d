import { LRUCache } from 'lru-cache';
import type { Cipher } from '#libs/crypto';
import type { RecordsDatabase } from './data-source.js';
import { decodeCursor, encodeCursor, resumeAfter } from './domain/cursor.js';
import { type RecordFacts, toRecordText } from './domain/record-text.js';
import { badCursor } from './errors.js';
import type { PageQuery, RecordsPageText } from './records.types.js';
import { openPayload } from './sealing.js';

const DEFAULT_LIMIT = 100;
const MAX_DATASETS = 10_000;

interface Row extends RecordFacts {
  readonly seq: number;
  readonly payload: Buffer | null;
  /** The bytes of the page ran out before this record. */
  readonly over: boolean;
}

const timestamp = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"') AS ${column}`;

const pageSql = (conditions: string) => `SELECT external_id, seq, num = seq AS unmodified, over,
    CASE WHEN NOT over THEN payload END AS payload,
    ${['first_seen_at', 'modified_at', 'deleted_at', 'pruned_at'].map(timestamp).join(', ')}
  FROM (
    SELECT *, coalesce(sum(octet_length(payload)) OVER up_to_here, 0) > $4 AND row_number() OVER up_to_here > 1 AS over
    FROM records.records WHERE dataset_id = $1 AND seq > $2 ${conditions}
    WINDOW up_to_here AS (ORDER BY seq ROWS UNBOUNDED PRECEDING)
    ORDER BY seq LIMIT $3
  ) page ORDER BY seq`;

// `modified_at` never falls while `seq` grows, so the first record modified at or after a moment is found by bisection.
const FIRST_SEQ_AT = `WITH RECURSIVE search (lo, hi) AS (
    SELECT 1::bigint, last_seq + 1 FROM records.datasets WHERE id = $1
    UNION ALL
    SELECT CASE WHEN earlier THEN mid + 1 ELSE lo END, CASE WHEN earlier THEN hi ELSE mid END
    FROM (SELECT lo, hi, (lo + hi) / 2 AS mid FROM search WHERE lo < hi) half,
    LATERAL (SELECT coalesce((SELECT modified_at < $2::timestamptz FROM records.records
      WHERE dataset_id = $1 AND seq >= half.mid ORDER BY seq LIMIT 1), false) AS earlier) probe
  )
  SELECT lo AS seq FROM search WHERE lo = hi`;

/** Reads records in the order of their changes, by keyset: the depth of a page does not matter. */
export class RecordPages {
  /** The id of a dataset never changes, and a connection's row id is never used again. */
  readonly #datasetIds = new LRUCache<string, number>({ max: MAX_DATASETS });

  constructor(
    private readonly db: RecordsDatabase,
    private readonly cipher: Cipher,
    private readonly maxBytes: number,
  ) {}

  async page(query: PageQuery): Promise<RecordsPageText> {
    const position = query.cursor === undefined ? null : (decodeCursor(query.cursor) ?? badCursor('cursor'));
    const datasetId = await this.#datasetId(query.connectionId, query.model);
    if (datasetId === undefined) return toPage([], null);
    const after = Math.max(resumeAfter(position, datasetId), await this.#beforeMoment(datasetId, query.modifiedAfter));
    const limit = query.limit ?? DEFAULT_LIMIT;
    const { conditions, parameters } = conditionsOf(query);
    const rows = await this.db.query<Row>(pageSql(conditions), [datasetId, after, limit + 1, this.maxBytes, ...parameters]);
    const shown = rows.slice(0, limit).filter((row) => !row.over);
    const last = shown.at(-1);
    const cursor = last && shown.length < rows.length ? encodeCursor({ datasetId, seq: last.seq }) : null;
    return toPage(
      shown.map((row) => this.#present(datasetId, row)),
      cursor,
    );
  }

  /** Where the dataset stands now: everything that changes later comes after it. */
  async latest(connectionId: number, model: string): Promise<string> {
    const [row] = await this.db.query<{ id: number; last_seq: number }>(
      'SELECT id, last_seq FROM records.datasets WHERE connection_id = $1 AND model = $2',
      [connectionId, model],
    );
    return encodeCursor({ datasetId: row?.id ?? 0, seq: row?.last_seq ?? 0 });
  }

  #present(datasetId: number, row: Row): string {
    const payload = row.payload && openPayload(this.cipher, datasetId, row.external_id, row.payload);
    return toRecordText(row, payload, encodeCursor({ datasetId, seq: row.seq }));
  }

  async #datasetId(connectionId: number, model: string): Promise<number | undefined> {
    const key = `${connectionId}:${model}`;
    const known = this.#datasetIds.get(key);
    if (known !== undefined) return known;
    const [row] = await this.db.query<{ id: number }>('SELECT id FROM records.datasets WHERE connection_id = $1 AND model = $2', [
      connectionId,
      model,
    ]);
    if (row) this.#datasetIds.set(key, row.id);
    return row?.id;
  }

  async #beforeMoment(datasetId: number, modifiedAfter: string | undefined): Promise<number> {
    if (modifiedAfter === undefined) return 0;
    const [row] = await this.db.query<{ seq: number }>(FIRST_SEQ_AT, [datasetId, modifiedAfter]);
    return (row?.seq ?? 1) - 1;
  }
}

const toPage = (records: readonly string[], nextCursor: string | null): RecordsPageText => ({
  json: `{"records":[${records.join(',')}],"next_cursor":${JSON.stringify(nextCursor)}}`,
  count: records.length,
});

function conditionsOf(query: PageQuery): { conditions: string; parameters: unknown[] } {
  const conditions: string[] = [];
  const parameters: unknown[] = [];
  const bind = (value: unknown) => `$${parameters.push(value) + 4}`;
  if (query.filter?.length) {
    const wants = (action: string) => bind(query.filter?.some((item) => item === action));
    conditions.push(
      `AND CASE WHEN deleted_at IS NOT NULL THEN ${wants('deleted')}::bool WHEN num = seq THEN ${wants('added')}::bool ELSE ${wants('updated')}::bool END`,
    );
  }
  if (query.ids) conditions.push(`AND external_id = ANY (${bind(query.ids)}::text[])`);
  return { conditions: conditions.join(' '), parameters };
}
