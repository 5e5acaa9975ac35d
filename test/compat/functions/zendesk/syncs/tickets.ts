import { createSync } from 'nango';
import * as z from 'zod';

const Ticket = z.object({ id: z.string(), subject: z.string(), tags: z.array(z.string()), url: z.string() });

const sync = createSync({
  description: 'Tickets by whole links in the body',
  version: '1.0.0',
  frequency: 'every hour',
  autoStart: false,
  models: { Ticket },
  exec: async (nango) => {
    const { connection_config: config } = await nango.getConnection();
    for await (const page of nango.paginate<{ id: number; subject: string; tags: string[] }>({
      endpoint: '/api/v2/tickets',
      params: { sort: 'id' },
      paginate: {
        type: 'link',
        link_path_in_response_body: 'next_page',
        limit: 2,
        limit_name_in_request: 'per_page',
        response_path: 'tickets',
      },
      retries: 10,
    })) {
      const tickets = page.map(({ id, subject, tags }) => ({
        id: id.toString(),
        subject,
        tags,
        url: `https://${config['subdomain']}.zendesk.com/agent/tickets/${id}`,
      }));
      await nango.batchSave(tickets, 'Ticket');
    }
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
