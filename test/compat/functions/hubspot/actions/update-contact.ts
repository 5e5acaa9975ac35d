import { createAction } from 'nango';
import * as z from 'zod';

const Input = z.object({ id: z.string(), email: z.email() });

const action = createAction({
  description: 'Refuses an input that is not valid',
  version: '1.0.0',
  input: Input,
  output: z.object({ id: z.string() }),
  exec: async (nango, input) => {
    const { data } = await nango.zodValidateInput({ zodSchema: Input, input });
    const response = await nango.patch({
      endpoint: `/crm/v3/objects/contacts/${data.id}`,
      data: { properties: { email: data.email } },
    });
    return { id: response.data.id };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
