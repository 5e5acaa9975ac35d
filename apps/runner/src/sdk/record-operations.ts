import type { BatchResult, RecordsPage } from '#libs/contracts';
import type { Operation } from './operation.js';
import type { RunContext } from './run-context.js';

const path = (model: unknown, what = ''): string => `/records/${encodeURIComponent(String(model))}${what}`;

interface Merging {
  readonly strategy?: string;
  readonly cursor?: string;
}

/** The batch goes through as the text it came out of the isolate as. */
const write =
  (what: 'save' | 'update' | 'delete'): Operation =>
  async (run, { model, merging }, body) => {
    const { strategy, cursor } = (merging ?? {}) as Merging;
    const result = await run.persist<BatchResult>('POST', path(model, `/${what}`), body ?? '[]', {
      'x-batch-id': run.batchId(),
      ...(strategy === 'ignore_if_modified_after' && cursor !== undefined ? { 'x-merging': cursor } : {}),
    });
    run.count(String(model), result);
    for (const id of result.duplicates)
      run.log.say('error', 'internal', `record ${id} of ${String(model)} came twice in one batch; the first one was kept`);
    return { next: result.nextMerging };
  };

async function deleteUnseen(run: RunContext, model: unknown, at: string): Promise<{ deletedKeys: string[] }> {
  const { deletedKeys } = await run.persist<{ deletedKeys: string[] }>('POST', at, undefined, { 'x-batch-id': run.batchId() });
  run.count(String(model), { added: 0, updated: 0, deleted: deletedKeys.length });
  return { deletedKeys };
}

function page(run: RunContext, { model, cursor, limit, ids }: Record<string, unknown>): Promise<RecordsPage> {
  const query = new URLSearchParams();
  if (typeof cursor === 'string') query.set('cursor', cursor);
  if (typeof limit === 'number') query.set('limit', String(limit));
  for (const id of Array.isArray(ids) ? ids : []) query.append('ids', String(id));
  return run.persist<RecordsPage>('GET', path(model, `?${query.toString()}`));
}

export const recordOperations: Record<string, Operation> = {
  'records.save': write('save'),
  'records.update': write('update'),
  'records.delete': write('delete'),
  'records.outdated': (run, { model }) => deleteUnseen(run, model, path(model, '/outdated')),
  'records.page': page,
  'records.latest-cursor': (run, { model }) => run.persist('GET', path(model, '/cursor')),
  'deletes.start': (run, { model }) => run.persist('POST', `/track-deletes/${encodeURIComponent(String(model))}/start`),
  'deletes.end': (run, { model }) => deleteUnseen(run, model, `/track-deletes/${encodeURIComponent(String(model))}/end`),
};

/** Deletes what the run did not see, model by model: the deprecated `track_deletes` of a sync (spec/engine.md §4.5). */
export async function deleteOutdated(run: RunContext): Promise<void> {
  for (const model of run.request.function.models) await deleteUnseen(run, model, path(model, '/outdated'));
}

/** Hard-deletes every record of the run's models, slice by slice, before the function starts. */
export async function emptyModels(run: RunContext): Promise<void> {
  for (const model of run.request.function.models) {
    for (let hasMore = true, total = 0; hasMore;) {
      const slice = await run.persist<{ deletedCount: number; hasMore: boolean }>('POST', path(model, '/empty'));
      hasMore = slice.hasMore;
      total += slice.deletedCount;
      run.log.say('info', 'internal', `emptied ${total} records of ${model}`);
    }
  }
}
