import { createSync } from 'nango';
import * as z from 'zod';

const Odd = z.object({ id: z.string(), told: z.string() });

/** What came of something: an error's message, or how its result looks. */
async function told(work: () => unknown): Promise<string> {
  try {
    return JSON.stringify(await work()) ?? 'undefined';
  } catch (error) {
    return error instanceof Error ? `Error ${error.message}` : `thrown ${typeof error}`;
  }
}

const sync = createSync({
  description: 'Uses of records and checkpoints that ought not to be',
  version: '1.0.0',
  frequency: 'every 6min',
  autoStart: false,
  models: { Odd },
  exec: async (nango) => {
    const loose = nango as unknown as Record<string, (...given: unknown[]) => unknown>;
    const call = (name: string, ...given: unknown[]) => told(() => loose[name]?.(...given));
    const seen: Record<string, string> = {
      nothing: await call('batchSave', undefined, 'Odd'),
      noModel: await call('batchSave', [{ id: '1', told: 'x' }], 'Missing'),
      emptyDelete: await call('batchDelete', [], 'Odd'),
      endWithoutStart: await call('trackDeletesEnd', 'Odd'),
      merging: await call('setMergingStrategy', { strategy: 'override' }, 'Odd'),
      mergingTwice: await call('setMergingStrategy', { strategy: 'ignore_if_modified_after' }, 'Odd'),
      nestedCheckpoint: await call('saveCheckpoint', { deep: { er: 1 } }),
      noCheckpoint: await call('getCheckpoint'),
      clearNothing: await call('clearCheckpoint'),
      unknownIds: await told(async () => [...(await nango.getRecordsByIds(['none'], 'Odd'))]),
      noLock: await call('tryAcquireLock', { key: '', ttlMs: 1 }),
      circular: await told(async () => {
        const circle: Record<string, unknown> = {};
        circle['self'] = circle;
        await nango.log('a circle', circle);
      }),
    };
    const fetched = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        nango.get<{ n: number }>({ endpoint: '/count', params: { n } }).then(({ data }) => data.n),
      ),
    );
    seen['parallel'] = fetched.join();
    for await (const page of nango.paginate<{ id: string }>({
      endpoint: '/pages',
      paginate: { type: 'offset', offset_name_in_request: 'from', response_path: 'found', in_body: false },
    })) {
      seen['firstPageOnly'] = page.map(({ id }) => id).join();
      break;
    }
    const odds = Object.entries(seen).map(([id, text]) => ({ id, told: text.slice(0, 60) }));
    await nango.batchSave(
      odds.map((odd) => (odd.told.startsWith('Error') ? { id: odd.id, told: 'Error' } : odd)),
      'Odd',
    );
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
