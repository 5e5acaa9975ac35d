import { createSync } from 'nango';
import * as z from 'zod';

const Person = z.object({ id: z.string(), name: z.string() });

const sync = createSync({
  description: 'Leaves alone what was changed after it began',
  version: '1.0.0',
  frequency: 'every hour',
  autoStart: false,
  models: { Person },
  exec: async (nango) => {
    await nango.setMergingStrategy({ strategy: 'ignore_if_modified_after' }, 'Person');
    const response = await nango.post<{ data: { id: string; name: string }[] }>({
      endpoint: '/v2/objects/people/records/query',
      data: { limit: 500 },
      retries: 3,
    });
    await nango.batchSave(response.data.data, 'Person');
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
