import { createAction } from 'nango';
import * as z from 'zod';

const action = createAction({
  description: 'Called by another function; fails where it is told to',
  version: '1.0.0',
  input: z.object({ text: z.string(), fail: z.boolean().optional() }),
  output: z.object({ words: z.number() }),
  exec: async (nango, input) => {
    if (input.fail) throw new nango.ActionError({ reason: 'told to' });
    return { words: input.text.split(/\s+/).filter(Boolean).length };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
