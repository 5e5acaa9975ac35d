import { createSync } from 'nango';
import * as z from 'zod';

const Channel = z.object({ id: z.string(), name: z.string(), page: z.number() });

const sync = createSync({
  description: 'Channels, with a look at every page',
  version: '1.0.0',
  frequency: 'every 30 minutes',
  autoStart: false,
  models: { Channel },
  checkpoint: z.object({ cursor: z.string(), pages: z.number() }),
  exec: async (nango) => {
    let pages = 0;
    const proxyConfig = {
      endpoint: '/conversations.list',
      params: { types: 'public_channel,private_channel' },
      paginate: {
        response_path: 'channels',
        limit: 2,
        on_page: async ({
          nextPageParam,
          response,
        }: {
          nextPageParam?: string | number | undefined;
          response: { status: number };
        }) => {
          pages += 1;
          if (response.status !== 200) throw new Error('a page failed');
          await nango.saveCheckpoint({ cursor: String(nextPageParam ?? ''), pages });
        },
      },
      retries: 3,
    };
    for await (const page of nango.paginate<{ id: string; name: string }>(proxyConfig)) {
      await nango.batchSave(
        page.map(({ id, name }) => ({ id, name, page: pages })),
        'Channel',
      );
    }
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
