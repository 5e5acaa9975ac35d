import { createAction } from 'nango';
import * as z from 'zod';

const action = createAction({
  description: 'Refunds a charge: an object as a form, and no patience with rate limits',
  version: '1.0.0',
  input: z.object({ charge: z.string(), amount: z.number() }),
  output: z.object({ id: z.string() }),
  exec: async (nango, input) => {
    const response = await nango.post({
      endpoint: '/v1/refunds',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      data: { charge: input.charge, amount: input.amount },
    });
    return { id: response.data.id };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
