import { createAction } from 'nango';
import { createHash } from 'node:crypto';
import * as z from 'zod';

const Input = z.object({ email: z.string(), name: z.string().optional(), metadata: z.record(z.string(), z.string()).optional() });

const action = createAction({
  description: 'Creates a customer: a form as body, and a key that makes it safe to repeat',
  version: '1.0.0',
  input: Input,
  output: z.object({ id: z.string(), email: z.string() }),
  exec: async (nango, input) => {
    const { email, name, metadata } = Input.parse(input);
    const form = new URLSearchParams({ email });
    if (name) form.append('name', name);
    for (const [key, value] of Object.entries(metadata ?? {})) form.append(`metadata[${key}]`, value);
    const response = await nango.post({
      endpoint: '/v1/customers',
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        'Idempotency-Key': createHash('sha256').update(form.toString()).digest('hex').slice(0, 16),
      },
      data: form.toString(),
      retries: 3,
    });
    return { id: response.data.id, email: response.data.email };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
