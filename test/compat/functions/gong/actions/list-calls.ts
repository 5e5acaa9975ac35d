import { createAction } from 'nango';
import * as z from 'zod';

const action = createAction({
  description: 'The cursor of a body that holds a filter, and credentials that are no token',
  version: '1.0.0',
  input: z.object({ since: z.iso.datetime() }),
  output: z.object({ calls: z.array(z.string()), credentials: z.string() }),
  exec: async (nango, input) => {
    const calls: string[] = [];
    const config = {
      method: 'POST' as const,
      endpoint: '/v2/calls/extensive',
      data: { filter: { fromDateTime: input.since } },
      paginate: {
        type: 'cursor' as const,
        cursor_name_in_request: 'cursor',
        cursor_path_in_response: 'records.cursor',
        response_path: 'calls',
      },
      retries: 3,
    };
    for await (const page of nango.paginate<{ metaData: { id: string } }>(config))
      calls.push(...page.map(({ metaData }) => metaData.id));
    const token = await nango.getToken();
    return { calls, credentials: typeof token === 'object' && 'type' in token ? String(token.type) : typeof token };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
