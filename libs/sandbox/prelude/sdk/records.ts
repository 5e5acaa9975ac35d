import type { Ask } from '../bridge.js';
import { isSdkError } from '../host-error.js';

interface Row {
  readonly id?: string | number;
  readonly [field: string]: unknown;
}

/** The strategy of a model: under `ignore_if_modified_after` with the cursor that was pinned. */
interface Merging {
  readonly strategy: string;
  cursor?: string;
}

const BATCH = 1000;
const IDS = 100;
const PAGE = 100;
const STRATEGIES = new Set(['override', 'ignore_if_modified_after']);

function* batches<Item>(items: readonly Item[], size: number): Generator<Item[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

/** Metadata that came from us is not part of the record. */
function withoutMetadata(row: Row): Row {
  if (typeof row !== 'object' || row === null || !('_nango_metadata' in row)) return row;
  const { _nango_metadata: _dropped, ...rest } = row;
  return rest;
}

/** A refused batch is a plain error of the author's run; a cancelled run keeps its own kind. */
const asWriteError = (error: unknown, what: string): unknown =>
  isSdkError(error as object) ? error : new Error(`Failed to ${what} records: ${(error as Error).message}`);

const noList = (what: string, given: unknown): string =>
  `${what} must be an array, not ${given === null ? 'null' : typeof given}`;

/** Writes in batches of 1,000, in order; the JSON text goes straight through to the record store. */
const writer =
  (ask: Ask, merging: ReadonlyMap<string, Merging>) =>
  (what: 'save' | 'update' | 'delete') =>
  async (rows: readonly Row[] | undefined, model: string): Promise<boolean> => {
    if (!rows || rows.length === 0) return true;
    if (!Array.isArray(rows)) throw new Error(`Failed to ${what} records: ${noList('records', rows)}`);
    for (const batch of batches(rows, BATCH)) {
      const state = merging.get(model);
      try {
        const text = JSON.stringify(batch.map(withoutMetadata));
        const { next } = await ask<{ next?: string }>(`records.${what}`, { model, merging: state }, text);
        if (state && next !== undefined) state.cursor = next;
      } catch (error) {
        throw asWriteError(error, what);
      }
    }
    return true;
  };

/** Under the ids as they were asked for. */
const getRecordsByIds = (ask: Ask) => async (ids: readonly (string | number)[], model: string) => {
  if (!Array.isArray(ids)) throw new TypeError(`getRecordsByIds: ${noList('ids', ids)}`);
  const found = new Map<string | number, Row>();
  const originals = new Map(ids.map((id) => [String(id), id]));
  for (const batch of batches([...originals.keys()], IDS)) {
    const { records } = await ask<{ records: Row[] }>('records.page', { model, ids: batch, limit: IDS });
    for (const row of records) found.set(originals.get(String(row.id)) ?? String(row.id), row);
  }
  return found;
};

async function* listRecords(ask: Ask, model: string, options: { cursor?: string } | undefined): AsyncGenerator<Row> {
  let cursor: string | null | undefined = options?.cursor;
  do {
    const page: { records: Row[]; next_cursor: string | null } = await ask('records.page', { model, limit: PAGE, cursor });
    yield* page.records;
    cursor = page.next_cursor;
  } while (cursor);
}

/** The first strategy of a model stays. */
const setMergingStrategy =
  (ask: Ask, merging: Map<string, Merging>) =>
  async ({ strategy }: { strategy: string }, model: string): Promise<void> => {
    if (!STRATEGIES.has(strategy)) {
      throw new Error(`the merging strategy ${strategy} is unknown: use ${[...STRATEGIES].join(' or ')}`);
    }
    if (merging.has(model)) {
      const message = `the merging strategy of ${model} is already set; the first one stays`;
      await ask('log', { level: 'warn', message, isInternal: true });
      return;
    }
    const state: Merging = { strategy };
    merging.set(model, state);
    if (strategy === 'override') return;
    const { cursor } = await ask<{ cursor?: string }>('records.latest-cursor', { model });
    if (cursor !== undefined) state.cursor = cursor;
  };

/** Records, for the sync object only (spec/functions.md §2.4). */
export function recordMethods(ask: Ask) {
  const merging = new Map<string, Merging>();
  const write = writer(ask, merging);
  const batchSave = write('save');
  return {
    batchSave,
    batchSend: batchSave,
    batchUpdate: write('update'),
    batchDelete: write('delete'),
    getRecordsByIds: getRecordsByIds(ask),
    listRecords: (model: string, options?: { cursor?: string }) => listRecords(ask, model, options),
    setMergingStrategy: setMergingStrategy(ask, merging),
    trackDeletesStart: async (model: string): Promise<void> => void (await ask('deletes.start', { model })),
    trackDeletesEnd: (model: string) => ask<{ deletedKeys: string[] }>('deletes.end', { model }),
    deleteRecordsFromPreviousExecutions: (model: string) => ask<{ deletedKeys: string[] }>('records.outdated', { model }),
  };
}
