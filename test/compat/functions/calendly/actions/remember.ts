import { createAction } from 'nango';
import * as z from 'zod';

const action = createAction({
  description: 'Keeps what it found in the metadata, and reads it back',
  version: '1.0.0',
  input: z.object({ uri: z.string() }),
  output: z.object({ before: z.any(), between: z.any(), after: z.any() }),
  metadata: z.object({ plan: z.string().optional(), user: z.string().optional(), seen: z.array(z.string()).optional() }),
  exec: async (nango, input) => {
    const before = await nango.getMetadata();
    await nango.setMetadata({ user: input.uri });
    const between = await nango.getMetadata();
    await nango.updateMetadata({ seen: ['a', 'b'] });
    return { before, between, after: await nango.getMetadata() };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
