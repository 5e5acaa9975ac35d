import { createSync } from 'nango';
import * as z from 'zod';

const Company = z.object({ id: z.string(), name: z.string() });

const sync = createSync({
  description: 'Starts by itself when somebody connects; pages by number',
  version: '1.0.0',
  frequency: 'every day',
  autoStart: true,
  models: { Company },
  exec: async (nango) => {
    const paginate = {
      type: 'offset' as const,
      offset_name_in_request: 'page',
      offset_start_value: 1,
      offset_calculation_method: 'per-page' as const,
      limit: 2,
      limit_name_in_request: 'per_page',
      response_path: 'data',
    };
    for await (const page of nango.paginate<{ id: string; name: string }>({ endpoint: '/companies', paginate, retries: 5 })) {
      await nango.batchSave(
        page.map(({ id, name }) => ({ id, name })),
        'Company',
      );
    }
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
