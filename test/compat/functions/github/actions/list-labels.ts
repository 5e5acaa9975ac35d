import { createAction } from 'nango';
import * as z from 'zod';

const Input = z.object({ repository: z.string(), names: z.array(z.string()), cursor: z.string().optional() });

const action = createAction({
  description: 'One page of labels: an array as parameter, and parameters in two places',
  version: '1.0.0',
  input: Input,
  output: z.object({ labels: z.array(z.string()), nextCursor: z.string().optional() }),
  exec: async (nango, input) => {
    const { repository, names, cursor } = Input.parse(input);
    const listed = await nango.get<{ name: string }[]>({
      endpoint: `/repos/${repository}/labels`,
      params: { names, ...(cursor && { page: cursor }) } as Record<string, any>,
      retries: 3,
    });
    const counted = await nango.get<{ total: number }>({
      endpoint: `/repos/${repository}/labels/count?exact=true`,
      params: { a: 1, b: 'x y' },
      retries: 3,
    });
    const more = listed.data.length < counted.data.total;
    return { labels: listed.data.map(({ name }) => name), ...(more && { nextCursor: '2' }) };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
