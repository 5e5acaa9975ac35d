import { createSync } from 'nango';
import * as z from 'zod';

const Board = z.object({ id: z.string(), name: z.string() });

const sync = createSync({
  description: 'Boards in one call',
  version: '1.0.0',
  frequency: 'every month',
  autoStart: false,
  models: { Board },
  exec: async (nango) => {
    const { data } = await nango.post({ endpoint: '/v2', data: { query: '{ boards { id name } }' }, retries: 3 });
    await nango.batchSave(data.data.boards, 'Board');
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
