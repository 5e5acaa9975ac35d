import { createSync } from 'nango';
import * as z from 'zod';

const Life = z.object({ id: z.string(), told: z.string() });
const Seen = z.object({ id: z.string(), run: z.number() });

/** What came of something: an error's message, or how its result looks. */
async function told(work: () => unknown): Promise<string> {
  try {
    return JSON.stringify(await work()) ?? 'undefined';
  } catch (error) {
    return (error as Error).message.replace(/:.*/s, '');
  }
}

const sync = createSync({
  description: 'Bounds of records, and what goes when it is seen no more',
  version: '1.0.0',
  frequency: 'every day',
  autoStart: false,
  models: { Life, Seen },
  checkpoint: z.object({ run: z.number() }),
  exec: async (nango) => {
    const run = ((await nango.getCheckpoint())?.run ?? 0) + 1;
    const many = Array.from({ length: 1500 }, (_, n) => ({ id: `n${n}`, run }));
    await nango.batchSave(run === 1 ? many : many.slice(0, 3), 'Seen');
    const { deleteRecordsFromPreviousExecutions: deleteUnseen } = nango;
    const { deletedKeys } = await deleteUnseen('Seen');
    const save = (...rows: unknown[]) => told(async () => await nango.batchSave(rows as z.infer<typeof Life>[], 'Life'));
    const lives: Record<string, string> = {
      gone: String(deletedKeys.length),
      longest: await save({ id: 'x'.repeat(255), told: 'long' }),
      tooLong: await save({ id: 'x'.repeat(256), told: 'long' }),
      noId: await save({ id: 'whole', told: 'never' }, { told: 'none' }),
      emptyId: await save({ id: '', told: 'none' }),
      noList: await told(async () => await nango.batchSave({ id: 'one' } as never, 'Life')),
      wholeBatch: await told(async () => (await nango.getRecordsByIds(['whole'], 'Life')).size),
      byNumber: await told(async () => [...(await nango.getRecordsByIds(['n1', 'n2000'], 'Seen')).keys()]),
      deletedNone: await told(async () => await nango.batchDelete([{ id: 'none' }] as never, 'Life')),
    };
    await nango.batchDelete([{ id: 'x'.repeat(255) }] as never, 'Life');
    await nango.batchSave(
      Object.entries(lives).map(([id, text]) => ({ id, told: text })),
      'Life',
    );
    await nango.saveCheckpoint({ run });
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
