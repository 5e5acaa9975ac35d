import { ask } from '../bridge.js';

interface Row {
  readonly id?: string | number;
  readonly [field: string]: unknown;
}

const BATCH = 1000;
const IDS = 100;
const PAGE = 100;

function* batches<Item>(items: readonly Item[], size: number): Generator<Item[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

/** Metadata that came from us is not part of the record. */
function withoutMetadata(row: Row): Row {
  if (typeof row !== 'object' || row === null || !('_nango_metadata' in row)) return row;
  const { _nango_metadata: _dropped, ...rest } = row;
  return rest;
}

/** Merging state per model: the cursor that `ignore_if_modified_after` pinned. */
const merging = new Map<string, { strategy: string; cursor?: string }>();

/** Writes in batches of 1,000; the JSON text goes straight through to the record store. */
const write =
  (op: string, what: string) =>
  async (rows: readonly Row[] | undefined, model: string): Promise<boolean> => {
    if (!rows || rows.length === 0) return true;
    for (const batch of batches(rows, BATCH)) {
      const state = merging.get(model);
      try {
        const { next } = await ask<{ next?: string }>(op, { model, merging: state }, JSON.stringify(batch.map(withoutMetadata)));
        if (state && next !== undefined) state.cursor = next;
      } catch (error) {
        throw asWriteError(error, what);
      }
    }
    return true;
  };

/** A refused batch is a plain error of the author's run; a cancelled run keeps its own kind. */
function asWriteError(error: unknown, what: string): unknown {
  const { code, message } = error as { code?: string; message?: string };
  return code === 'script_aborted' || code === 'execution_timeout' ? error : new Error(`Failed to ${what} records: ${message}`);
}

async function getRecordsByIds(ids: readonly (string | number)[], model: string): Promise<Map<string | number, Row>> {
  const found = new Map<string | number, Row>();
  const originals = new Map(ids.map((id) => [String(id), id]));
  for (const batch of batches([...originals.keys()], IDS)) {
    const { records } = await ask<{ records: Row[] }>('records.page', { model, ids: batch, limit: IDS });
    for (const row of records) found.set(originals.get(String(row.id)) ?? String(row.id), row);
  }
  return found;
}

async function* listRecords(model: string, options: { cursor?: string } = {}): AsyncGenerator<Row> {
  let cursor: string | null | undefined = options.cursor;
  do {
    const page: { records: Row[]; next_cursor: string | null } = await ask('records.page', { model, limit: PAGE, cursor });
    yield* page.records;
    cursor = page.next_cursor;
  } while (cursor);
}

async function setMergingStrategy(options: { strategy: string }, model: string): Promise<void> {
  if (merging.has(model)) {
    await ask('log', { level: 'warn', message: `the merging strategy of ${model} is already set; the first one stays` });
    return;
  }
  if (options.strategy !== 'ignore_if_modified_after') {
    merging.set(model, { strategy: options.strategy });
    return;
  }
  const { cursor } = await ask<{ cursor?: string }>('records.latest-cursor', { model });
  merging.set(model, { strategy: options.strategy, ...(cursor === undefined ? {} : { cursor }) });
}

const batchSave = write('records.save', 'save');

/** Records, for syncs only (spec/functions.md §2.4). */
export const records = {
  batchSave,
  batchSend: batchSave,
  batchUpdate: write('records.update', 'update'),
  batchDelete: write('records.delete', 'delete'),
  getRecordsByIds,
  listRecords,
  setMergingStrategy,
  trackDeletesStart: async (model: string): Promise<void> => void (await ask('deletes.start', { model })),
  trackDeletesEnd: (model: string) => ask<{ deletedKeys: string[] }>('deletes.end', { model }),
  deleteRecordsFromPreviousExecutions: (model: string) => ask<{ deletedKeys: string[] }>('records.outdated', { model }),
};
