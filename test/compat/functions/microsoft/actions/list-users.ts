import { createAction } from 'nango';
import * as z from 'zod';

const Input = z.object({ pageSize: z.number().int().min(1).max(100) });

const action = createAction({
  description: 'Refuses an input as zod does, before anything is asked',
  version: '1.0.0',
  input: Input,
  output: z.object({ users: z.array(z.string()) }),
  exec: async (nango, input) => {
    const { pageSize } = Input.parse(input);
    const response = await nango.get({ endpoint: '/v1.0/users', params: { $top: pageSize }, retries: 3 });
    return { users: response.data.value.map(({ id }: { id: string }) => id) };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
