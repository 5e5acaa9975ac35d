import { createSync } from 'nango';
import * as z from 'zod';

const Event = z.object({ id: z.string(), summary: z.string() });
interface Listed {
  items: { id: string; status: string; summary?: string }[];
  nextPageToken?: string;
  nextSyncToken?: string;
}

const sync = createSync({
  description: 'Events by sync token; starts over where Google has forgotten it',
  version: '1.0.0',
  frequency: 'every 5 minutes',
  autoStart: false,
  models: { Event },
  checkpoint: z.object({ syncToken: z.string() }),
  exec: async (nango) => {
    const checkpoint = await nango.getCheckpoint();
    let syncToken: string | undefined = checkpoint?.syncToken;
    let pageToken: string | undefined;
    for (;;) {
      let page: Listed;
      try {
        const params = { ...(syncToken && { syncToken }), ...(pageToken && { pageToken }) };
        page = (await nango.get<Listed>({ endpoint: '/calendar/v3/calendars/primary/events', params, retries: 3 })).data;
      } catch (error: any) {
        if (error.response?.status !== 410) throw error;
        await nango.log('the sync token is too old', { level: 'warn' });
        await nango.clearCheckpoint();
        [syncToken, pageToken] = [undefined, undefined];
        continue;
      }
      const [gone, kept] = [
        page.items.filter(({ status }) => status === 'cancelled'),
        page.items.filter(({ status }) => status !== 'cancelled'),
      ];
      await nango.batchSave(
        kept.map(({ id, summary = '' }) => ({ id, summary })),
        'Event',
      );
      if (gone.length)
        await nango.batchDelete(
          gone.map(({ id }) => ({ id })),
          'Event',
        );
      if (page.nextSyncToken) await nango.saveCheckpoint({ syncToken: page.nextSyncToken });
      if (!page.nextPageToken) return;
      pageToken = page.nextPageToken;
    }
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
