import { createSync } from 'nango';
import * as z from 'zod';
import { Contact } from '../models.js';

const sync = createSync({
  description: 'Fetches every contact, page by page, and notices the ones that are gone',
  version: '1.0.0',
  frequency: 'every hour',
  autoStart: false,
  models: { Contact },
  checkpoint: z.object({ page: z.number() }),
  exec: async (nango) => {
    await nango.trackDeletesStart('Contact');
    const checkpoint = await nango.getCheckpoint();
    let page = checkpoint?.page ?? 0;
    for (;;) {
      const response = await nango.get<{ contacts: z.infer<typeof Contact>[]; more: boolean }>({
        endpoint: '/contacts',
        params: { page: String(page) },
        retries: 3,
      });
      await nango.batchSave(response.data.contacts, 'Contact');
      await nango.log(`saved page ${page}`, { contacts: response.data.contacts.length });
      if (!response.data.more) break;
      page += 1;
      await nango.saveCheckpoint({ page });
    }
    await nango.trackDeletesEnd('Contact');
    await nango.clearCheckpoint();
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
