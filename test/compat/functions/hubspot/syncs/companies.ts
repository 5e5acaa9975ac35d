import { createSync } from 'nango';
import * as z from 'zod';

const Company = z.object({ id: z.string(), name: z.string().nullable(), domain: z.string().optional() });

const sync = createSync({
  description: 'Companies, saved page by page',
  version: '1.0.0',
  frequency: 'every hour',
  autoStart: false,
  models: { Company },
  endpoints: [{ method: 'GET', path: '/companies', group: 'Companies' }],
  exec: async (nango) => {
    let total = 0;
    for await (const page of nango.paginate<{ id: string; properties: { name: string | null; domain?: string } }>({
      endpoint: '/crm/v3/objects/companies',
      params: { properties: 'name,domain' },
      paginate: { limit: 2 },
      retries: 10,
    })) {
      const companies = page.map(({ id, properties: { name, domain } }) => ({ id, name, ...(domain && { domain }) }));
      await nango.batchSave(companies, 'Company');
      total += companies.length;
    }
    await nango.log('saved all companies', { total });
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
