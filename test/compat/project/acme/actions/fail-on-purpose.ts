import { createAction } from 'nango';
import * as z from 'zod';

const action = createAction({
  description: 'Fails the way an author means it to',
  version: '1.0.0',
  input: z.object({ reason: z.string() }),
  output: z.void(),
  exec: async (nango, input) => {
    throw new nango.ActionError({ reason: input.reason });
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
