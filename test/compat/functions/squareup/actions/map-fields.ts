import { createAction } from 'nango';
import * as z from 'zod';

const action = createAction({
  description: 'Keeps a mapping of fields the older way',
  version: '1.0.0',
  input: z.record(z.string(), z.string()),
  output: z.any(),
  exec: async (nango, input) => {
    const before = await nango.getFieldMapping();
    await nango.setFieldMapping(input);
    return { before, after: await nango.getFieldMapping() };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
