import { createAction } from 'nango';
import * as z from 'zod';

const Output = z.object({ id: z.string(), name: z.string() });

const action = createAction({
  description: 'Reads a repository; what GitHub refuses is not caught',
  version: '1.0.0',
  input: z.object({ owner: z.string(), repo: z.string() }),
  output: Output,
  exec: async (nango, input): Promise<z.infer<typeof Output>> => {
    const response = await nango.get({ endpoint: `/repos/${input.owner}/${input.repo}` });
    return { id: String(response.data.id), name: response.data.full_name };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
