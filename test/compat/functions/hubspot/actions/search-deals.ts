import { createAction, type ProxyConfiguration } from 'nango';
import * as z from 'zod';

const Output = z.object({ deals: z.array(z.object({ id: z.string(), amount: z.number().nullable() })) });

const action = createAction({
  description: 'Searches deals page by page, with the cursor in the body',
  version: '1.0.0',
  input: z.object({ query: z.string() }),
  output: Output,
  exec: async (nango, input): Promise<z.infer<typeof Output>> => {
    const config: ProxyConfiguration = {
      method: 'POST',
      endpoint: '/crm/v3/objects/deals/search',
      data: { query: input.query, properties: ['amount'] },
      paginate: { type: 'cursor', limit: 2, limit_name_in_request: 'limit', in_body: true },
      retries: 3,
    };
    const deals: z.infer<typeof Output>['deals'] = [];
    for await (const page of nango.paginate<{ id: string; properties: { amount: string | null } }>(config)) {
      deals.push(...page.map(({ id, properties }) => ({ id, amount: properties.amount ? parseFloat(properties.amount) : null })));
    }
    return { deals };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
