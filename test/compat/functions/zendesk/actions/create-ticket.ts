import { createAction } from 'nango';
import * as z from 'zod';

const action = createAction({
  description: 'Creates a ticket, and passes on what Zendesk says of a wrong one',
  version: '1.0.0',
  input: z.object({ subject: z.string(), body: z.string() }),
  output: z.object({ id: z.string() }),
  exec: async (nango, input) => {
    try {
      const response = await nango.post({
        endpoint: '/api/v2/tickets.json',
        data: { ticket: { subject: input.subject, comment: { body: input.body } } },
        retries: 3,
      });
      return { id: String(response.data.ticket.id) };
    } catch (error: any) {
      const { status, data } = error.response;
      throw new nango.ActionError([{ status, details: data.details, name: error.name, message: error.message }]);
    }
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
