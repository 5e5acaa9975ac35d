import { createSync } from 'nango';
import * as z from 'zod';

const Posting = z.object({ id: z.string(), text: z.string() });

const sync = createSync({
  description: 'Deletes what it did not see by its definition alone',
  version: '1.0.0',
  frequency: 'every hour',
  autoStart: false,
  trackDeletes: true,
  models: { Posting },
  exec: async (nango) => {
    const response = await nango.get<{ data: { id: string; text: string }[] }>({ endpoint: '/v1/postings', retries: 3 });
    await nango.batchSave(response.data.data, 'Posting');
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
