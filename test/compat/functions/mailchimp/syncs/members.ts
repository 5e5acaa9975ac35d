import { createSync } from 'nango';
import * as z from 'zod';

const Member = z.object({ id: z.string(), email: z.string() });

const sync = createSync({
  description: 'Cannot save what has no id',
  version: '1.0.0',
  frequency: 'every hour',
  autoStart: false,
  models: { Member },
  exec: async (nango) => {
    const { data } = await nango.get<{ members: { id: string; email: string }[] }>({
      endpoint: '/3.0/lists/l1/members',
      retries: 3,
    });
    await nango.batchSave(data.members, 'Member');
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
