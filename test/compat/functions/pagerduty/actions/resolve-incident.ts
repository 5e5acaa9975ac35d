import { createAction } from 'nango';
import * as z from 'zod';

const action = createAction({
  description: 'Tries again on what it names, as long as it is told to wait',
  version: '1.0.0',
  input: z.object({ id: z.string() }),
  output: z.object({ status: z.string() }),
  exec: async (nango, input) => {
    const response = await nango.put({
      endpoint: `/incidents/${input.id}`,
      data: { incident: { type: 'incident_reference', status: 'resolved' } },
      retries: 2,
      retryOn: [409],
      retryHeader: { after: 'x-wait' },
    });
    return { status: response.data.incident.status };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
