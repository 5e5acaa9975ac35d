import { createAction } from 'nango';
import * as z from 'zod';

const Input = z.object({ name: z.string() });
const Output = z.object({ name: z.string(), display_name: z.string(), auth_mode: z.string() });

const action = createAction({
  description: 'Says how a provider authenticates',
  version: '1.0.0',
  input: Input,
  output: Output,
  exec: async (nango, input) => {
    const response = await nango.get<{ data: unknown }>({ endpoint: `/providers/${input.name}`, retries: 1 });
    return Output.parse(response.data.data);
  },
});

export default action;
