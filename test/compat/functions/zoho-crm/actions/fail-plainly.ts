import { createAction } from 'nango';
import * as z from 'zod';

const action = createAction({
  description: 'Fails as programs do',
  version: '1.0.0',
  input: z.object({ kind: z.enum(['type', 'text']) }),
  output: z.void(),
  exec: async (_nango, input) => {
    if (input.kind === 'text') throw 'a text';
    (undefined as unknown as { call(): void }).call();
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
