import { createAction } from 'nango';
import * as z from 'zod';

const action = createAction({
  description: 'Answers more than an action may',
  version: '1.0.0',
  input: z.object({ bytes: z.number() }),
  output: z.string(),
  exec: async (_nango, input) => 'x'.repeat(input.bytes),
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
