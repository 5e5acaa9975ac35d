import type { Cipher } from '#libs/crypto';
import type { RecordsDatabase } from './data-source.js';
import { decodeCursor, encodeCursor, resumeAfter } from './domain/cursor.js';
import { toRecordText } from './domain/record-text.js';
import { badCursor } from './errors.js';
import { type PageRow, type PageSource, SEQ_AT } from './page-rows.js';
import type { PageQuery, RecordsPageText } from './records.types.js';
import { openPayload } from './sealing.js';

const DEFAULT_LIMIT = 100;

/** Reads records in the order of their changes, by keyset: the depth of a page does not matter. */
export class RecordPages {
  constructor(
    private readonly db: RecordsDatabase,
    private readonly source: PageSource,
    private readonly cipher: Cipher,
  ) {}

  async page(query: PageQuery): Promise<RecordsPageText> {
    const position = query.cursor === undefined ? null : (decodeCursor(query.cursor) ?? badCursor('cursor'));
    const dataset = await this.source.locate(query.connectionId, query.model);
    if (dataset === undefined) return toPage([], null);
    const after = Math.max(resumeAfter(position, dataset.id), await this.#beforeMoment(dataset.id, query.modifiedAfter));
    const limit = query.limit ?? DEFAULT_LIMIT;
    const rows = await this.source.rows(dataset, { after, limit: limit + 1, filter: query.filter, ids: query.ids });
    const shown = rows.slice(0, limit).filter((row) => !row.over);
    const last = shown.at(-1);
    const cursor = last && shown.length < rows.length ? encodeCursor({ datasetId: dataset.id, seq: last.seq }) : null;
    return toPage(
      shown.map((row) => this.#present(dataset.id, row)),
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

  #present(datasetId: number, row: PageRow): string {
    const payload = row.payload && openPayload(this.cipher, datasetId, row.external_id, row.payload);
    return toRecordText(row, payload, encodeCursor({ datasetId, seq: row.seq }));
  }

  async #beforeMoment(datasetId: number, modifiedAfter: string | undefined): Promise<number> {
    if (modifiedAfter === undefined) return 0;
    const [row] = await this.db.query<{ seq: number }>(SEQ_AT, [datasetId, modifiedAfter]);
    return (row?.seq ?? 1) - 1;
  }
}

const toPage = (records: readonly string[], nextCursor: string | null): RecordsPageText => ({
  json: `{"records":[${records.join(',')}],"next_cursor":${JSON.stringify(nextCursor)}}`,
  count: records.length,
});
