import { createSync } from 'nango';
import * as z from 'zod';

const Deal = z.object({ id: z.string(), name: z.string(), owner: z.string().nullable(), lines: z.array(z.string()) });
const Owner = z.object({ id: z.string(), email: z.string() });
interface Listed {
  id: string;
  properties: { dealname: string; hubspot_owner_id: string | null };
}

const sync = createSync({
  description: 'Deals with their line items, and owners: two models and children of each',
  version: '1.0.0',
  frequency: 'every 6 hours',
  autoStart: false,
  models: { Deal, Owner },
  exec: async (nango) => {
    const owners = new Map<string, string>();
    for await (const page of nango.paginate<{ id: string; email: string }>({ endpoint: '/crm/v3/owners', retries: 3 })) {
      for (const { id, email } of page) owners.set(id, email);
      await nango.batchSave(
        page.map(({ id, email }) => ({ id, email })),
        'Owner',
      );
    }
    for await (const page of nango.paginate<Listed>({ endpoint: '/crm/v3/objects/deals', retries: 3 })) {
      const deals: z.infer<typeof Deal>[] = [];
      for (const { id, properties } of page) {
        const lines = await nango.get<{ results: { toObjectId: number }[] }>({
          endpoint: `/crm/v4/objects/deals/${id}/associations/line_items`,
          retries: 3,
        });
        deals.push({
          id,
          name: properties.dealname,
          owner: owners.get(properties.hubspot_owner_id ?? '') ?? null,
          lines: lines.data.results.map(({ toObjectId }) => String(toObjectId)),
        });
      }
      await nango.batchSave(deals, 'Deal');
    }
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
