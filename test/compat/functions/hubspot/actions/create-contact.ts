import { createAction } from 'nango';
import * as z from 'zod';

const Input = z.object({ email: z.email(), first_name: z.string().optional(), last_name: z.string().optional() });
const Output = z.object({ id: z.string(), email: z.string(), created_date: z.string() });

const action = createAction({
  description: 'Creates a contact after validating the input',
  version: '1.0.0',
  input: Input,
  output: Output,
  scopes: ['crm.objects.contacts.write'],
  exec: async (nango, input): Promise<z.infer<typeof Output>> => {
    const parsed = await nango.zodValidateInput({ zodSchema: Input, input });
    const { email, first_name: firstname, last_name: lastname } = parsed.data;
    const response = await nango.post({
      endpoint: '/crm/v3/objects/contacts',
      data: { properties: { email, firstname, lastname } },
      retries: 3,
    });
    return Output.parse({ id: response.data.id, email: response.data.properties.email, created_date: response.data.createdAt });
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
