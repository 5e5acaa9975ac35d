import { Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Sql } from '#libs/database';
import { messageOf } from '#libs/kernel';
import type { RecordFacts } from './domain/record-text.js';
import type { RecordAction } from './records.types.js';

const MAX_DATASETS = 10_000;
/** How long a replica that failed is left alone. */
const REST_MS = 5_000;

export interface PageRow extends RecordFacts {
  readonly seq: number;
  readonly payload: Buffer | null;
  /** The bytes of the page ran out before this record. */
  readonly over: boolean;
}

/** Which rows of a dataset, by sequence number. */
export interface RowsQuery {
  readonly after: number;
  readonly limit: number;
  readonly filter?: readonly RecordAction[] | undefined;
  readonly ids?: readonly string[] | undefined;
}

export interface Located {
  readonly id: number;
  /** Its last change, where whoever reads must have seen that. */
  readonly lastSeq?: number;
}

/** Where pages come from. */
export interface PageSource {
  /** The dataset of a model; undefined where nothing was ever saved. */
  locate(connectionId: number, model: string): Promise<Located | undefined>;
  rows(dataset: Located, query: RowsQuery): Promise<PageRow[]>;
}

const timestamp = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"') AS ${column}`;

const pageSql = (from: string, conditions: string) => `SELECT external_id, seq, num = seq AS unmodified, over,
    CASE WHEN NOT over THEN payload END AS payload,
    ${['first_seen_at', 'modified_at', 'deleted_at', 'pruned_at'].map(timestamp).join(', ')}
  FROM (
    SELECT *, coalesce(sum(octet_length(payload)) OVER up_to_here, 0) > $4 AND row_number() OVER up_to_here > 1 AS over
    FROM ${from} WHERE dataset_id = $1 AND seq > $2 ${conditions}
    WINDOW up_to_here AS (ORDER BY seq ROWS UNBOUNDED PRECEDING)
    ORDER BY seq LIMIT $3
  ) page ORDER BY seq`;

/** Ids are looked up one by one: the planner would rather read a whole dataset in its order than find and sort a hundred records. */
const BY_ID = `(SELECT r.* FROM unnest($5::text[]) AS u (id)
  CROSS JOIN LATERAL (SELECT * FROM records.records WHERE dataset_id = $1 AND external_id = u.id LIMIT 1) r) found`;

/**
 * The union of actions. A deletion is a change: without additions, the index of what changed finds them all. The rest is a CASE, of
 * which the planner expects nothing: it takes `num = seq` for rare, and would read and sort the whole dataset.
 */
function conditionOf(filter: readonly RecordAction[] | undefined): string {
  if (!filter?.length) return '';
  const wants = (action: RecordAction) => String(filter.includes(action));
  const changed = filter.includes('added') ? '' : 'AND num <> seq ';
  return `${changed}AND CASE WHEN deleted_at IS NOT NULL THEN ${wants('deleted')} WHEN num = seq THEN ${wants('added')} ELSE ${wants('updated')} END`;
}

// `modified_at` never falls while `seq` grows, so the first record modified at or after a moment is found by bisection.
export const SEQ_AT = `WITH RECURSIVE search (lo, hi) AS (
    SELECT 1::bigint, last_seq + 1 FROM records.datasets WHERE id = $1
    UNION ALL
    SELECT CASE WHEN earlier THEN mid + 1 ELSE lo END, CASE WHEN earlier THEN hi ELSE mid END
    FROM (SELECT lo, hi, (lo + hi) / 2 AS mid FROM search WHERE lo < hi) half,
    LATERAL (SELECT coalesce((SELECT modified_at < $2::timestamptz FROM records.records
      WHERE dataset_id = $1 AND seq >= half.mid ORDER BY seq LIMIT 1), false) AS earlier) probe
  )
  SELECT lo AS seq FROM search WHERE lo = hi`;

/** The statement of a page and its parameters. */
export function pageStatement(datasetId: number, query: RowsQuery, maxBytes: number): { sql: string; parameters: unknown[] } {
  const sql = pageSql(query.ids ? BY_ID : 'records.records', conditionOf(query.filter));
  const parameters = [datasetId, query.after, query.limit, maxBytes, ...(query.ids ? [[...new Set(query.ids)]] : [])];
  return { sql, parameters };
}

/** Pages of the database that is written to. */
export class PrimaryPages implements PageSource {
  /** The id of a dataset never changes, and a connection's row id is never used again. */
  readonly #known = new LRUCache<string, Located>({ max: MAX_DATASETS });

  constructor(
    private readonly db: Sql,
    private readonly maxBytes: number,
  ) {}

  async locate(connectionId: number, model: string): Promise<Located | undefined> {
    const key = `${connectionId}:${model}`;
    const known = this.#known.get(key);
    if (known) return known;
    const [row] = await this.db.query<Located>('SELECT id FROM records.datasets WHERE connection_id = $1 AND model = $2', [
      connectionId,
      model,
    ]);
    if (row) this.#known.set(key, row);
    return row;
  }

  rows({ id }: Located, query: RowsQuery): Promise<PageRow[]> {
    const { sql, parameters } = pageStatement(id, query, this.maxBytes);
    return this.db.query<PageRow>(sql, parameters);
  }
}

const LOCATE = `SELECT id, last_seq AS "lastSeq" FROM records.datasets WHERE connection_id = $1 AND model = $2`;

/**
 * Pages of a read replica, as long as it has seen the dataset's last change; else, and where it cannot be reached, of the database that
 * is written to. So a reader never misses what it was told of. In one statement: the address may stand for several replicas.
 */
export class ReplicaPages implements PageSource {
  readonly #log = new Logger(ReplicaPages.name);
  #restsUntil = 0;

  constructor(
    private readonly primary: Sql,
    private readonly replica: Sql,
    private readonly primaryPages: PrimaryPages,
    private readonly maxBytes: number,
  ) {}

  async locate(connectionId: number, model: string): Promise<Located | undefined> {
    const [row] = await this.primary.query<Located>(LOCATE, [connectionId, model]);
    return row;
  }

  async rows(dataset: Located, query: RowsQuery): Promise<PageRow[]> {
    return (await this.#fromReplica(dataset, query)) ?? this.primaryPages.rows(dataset, query);
  }

  async #fromReplica({ id, lastSeq }: Located, query: RowsQuery): Promise<PageRow[] | undefined> {
    if (Date.now() < this.#restsUntil) return undefined;
    const { sql, parameters } = pageStatement(id, query, this.maxBytes);
    const seen = `SELECT EXISTS (SELECT 1 FROM records.datasets WHERE id = $1 AND last_seq >= $${parameters.push(lastSeq)}) AS seen`;
    try {
      const rows = await this.replica.query<PageRow & { seen: boolean }>(
        `SELECT page.*, replica.seen FROM (${seen}) replica LEFT JOIN LATERAL (${sql}) page ON replica.seen ORDER BY page.seq`,
        parameters,
      );
      return rows[0]?.seen ? rows.filter(({ seq }) => seq !== null) : undefined;
    } catch (error) {
      this.#restsUntil = Date.now() + REST_MS;
      this.#log.warn(
        `the read replica did not answer (${messageOf(error)}): records are read from the primary for ${REST_MS} ms`,
      );
      return undefined;
    }
  }
}
