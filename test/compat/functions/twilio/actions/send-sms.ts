import { createAction } from 'nango';
import * as z from 'zod';

const action = createAction({
  description: 'A form of URL parameters, with names and password as credentials',
  version: '1.0.0',
  input: z.object({ account: z.string(), to: z.string(), body: z.string() }),
  output: z.object({ sid: z.string() }),
  exec: async (nango, input) => {
    const response = await nango.post({
      endpoint: `/2010-04-01/Accounts/${input.account}/Messages.json`,
      data: new URLSearchParams({ To: input.to, Body: input.body }),
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      retries: 3,
    });
    return { sid: response.data.sid };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
