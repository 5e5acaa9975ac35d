import { createAction } from 'nango';
import * as z from 'zod';

const action = createAction({
  description: 'Writes a contact under an id of ours, in an organization of whichever kind',
  version: '1.0.0',
  input: z.object({ external_id: z.string(), last_name: z.string() }),
  output: z.object({ success: z.boolean(), family: z.string() }),
  exec: async (nango, input) => {
    const response = await nango.proxy({
      method: 'PATCH',
      endpoint: `/services/data/v60.0/sobjects/Contact/Ref__c/${encodeURIComponent(input.external_id)}`,
      data: { LastName: input.last_name },
      retries: 3,
    });
    return { success: response.status === 204, family: nango.providerConfigKey.split('-')[0] ?? '' };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
