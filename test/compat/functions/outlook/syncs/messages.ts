import { createSync } from 'nango';
import * as z from 'zod';

const Message = z.object({ id: z.string(), subject: z.string(), sender: z.string().optional() });

const sync = createSync({
  description: 'Messages by a link whose name holds dots',
  version: '1.0.0',
  frequency: 'every 1h',
  autoStart: false,
  models: { Message },
  exec: async (nango) => {
    for await (const page of nango.paginate<{ id: string; subject: string | null; from?: { emailAddress: { address: string } } }>(
      {
        endpoint: '/v1.0/me/messages',
        params: { $select: 'id,subject,from', $top: '2' },
        paginate: { type: 'link', link_path_in_response_body: '@odata.nextLink', response_path: 'value' },
        retries: 10,
      },
    )) {
      await nango.batchSave(
        page.map(({ id, subject, from }) => ({ id, subject: subject ?? '', ...(from && { sender: from.emailAddress.address }) })),
        'Message',
      );
    }
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
