import { createSync } from 'nango';
import * as z from 'zod';

const Site = z.object({ id: z.string(), name: z.string() });

const sync = createSync({
  description: 'Counts its runs in the checkpoint; starts over where it is told to',
  version: '1.0.0',
  frequency: 'every hour',
  autoStart: false,
  models: { Site },
  checkpoint: z.object({ page: z.number(), done: z.boolean() }),
  exec: async (nango) => {
    const page = ((await nango.getCheckpoint())?.page ?? 0) + 1;
    const response = await nango.get<{ sites: { id: string; name: string }[] }>({
      endpoint: '/v2/sites',
      params: { page },
      retries: 3,
    });
    await nango.batchSave(response.data.sites, 'Site');
    await nango.saveCheckpoint({ page, done: response.data.sites.length === 0 });
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
