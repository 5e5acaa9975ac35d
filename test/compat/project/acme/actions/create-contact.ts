import { createAction } from 'nango';
import { Contact, NewContact } from '../models.js';

const action = createAction({
  description: 'Creates a contact',
  version: '1.0.0',
  input: NewContact,
  output: Contact,
  exec: async (nango, input) => {
    const parsed = await nango.zodValidateInput({ zodSchema: NewContact, input });
    const response = await nango.post({ endpoint: '/contacts', data: parsed.data, retries: 1 });
    return Contact.parse(response.data);
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
