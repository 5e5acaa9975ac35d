import { createAction } from 'nango';
import * as z from 'zod';

const action = createAction({
  description: 'A connection that breaks is an error of the network',
  version: '1.0.0',
  input: z.object({ to: z.string() }),
  output: z.object({ accepted: z.boolean() }),
  exec: async (nango, input) => {
    const response = await nango.post({ endpoint: '/v3/mail/send', data: { personalizations: [{ to: [{ email: input.to }] }] } });
    return { accepted: response.status === 202 };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
