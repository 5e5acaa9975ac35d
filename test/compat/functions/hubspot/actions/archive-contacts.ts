import { createAction } from 'nango';
import * as z from 'zod';

const Output = z.object({ archived: z.number(), status: z.number(), empty: z.boolean() });

const action = createAction({
  description: 'Archives contacts, one call for each; HubSpot answers nothing',
  version: '1.0.0',
  input: z.object({ ids: z.array(z.string()) }),
  output: Output,
  exec: async (nango, input): Promise<z.infer<typeof Output>> => {
    const responses = await Promise.all(
      input.ids.map((id) => nango.delete({ endpoint: `/crm/v3/objects/contacts/${id}`, retries: 3 })),
    );
    return { archived: responses.length, status: responses[0]?.status ?? 0, empty: responses.every(({ data }) => !data) };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
