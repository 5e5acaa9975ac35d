import { createAction } from 'nango';
import * as z from 'zod';

const action = createAction({
  description: 'Gives back its input, which is an object where there was none',
  version: '1.0.0',
  input: z.any(),
  output: z.any(),
  exec: async (_nango, input) => ({ type: typeof input, input }),
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
