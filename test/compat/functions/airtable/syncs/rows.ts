import { createSync } from 'nango';
import * as z from 'zod';

const Row = z.object({ id: z.string(), base: z.string(), table: z.string(), fields: z.record(z.string(), z.unknown()) });

const sync = createSync({
  description: 'Rows of the tables in the metadata, and a note of when they were read',
  version: '1.0.0',
  frequency: 'every hour',
  autoStart: false,
  models: { Row },
  metadata: z.object({
    bases: z.array(z.object({ baseId: z.string(), tables: z.array(z.string()) })),
    lastRead: z.object({ rows: z.number() }).optional(),
  }),
  exec: async (nango) => {
    const metadata = await nango.getMetadata();
    if (!metadata?.bases) throw new Error('no bases are chosen');
    let rows = 0;
    for (const { baseId, tables } of metadata.bases) {
      for (const table of tables) {
        const config = { endpoint: `/v0/${baseId}/${encodeURIComponent(table)}`, paginate: { limit: 2 }, retries: 10 };
        for await (const page of nango.paginate<{ id: string; fields: Record<string, unknown> }>(config)) {
          await nango.batchSave(
            page.map(({ id, fields }) => ({ id, base: baseId, table, fields })),
            'Row',
          );
          rows += page.length;
        }
      }
    }
    await nango.updateMetadata({ lastRead: { rows } });
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
