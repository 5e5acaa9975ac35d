import { createSync, type ProxyConfiguration } from 'nango';
import * as z from 'zod';

const Organization = z.object({ id: z.string(), name: z.string() });

const sync = createSync({
  description: 'Organizations by the offset the provider’s catalogue describes, through an array of whole pages',
  version: '1.0.0',
  frequency: 'every half hour',
  autoStart: false,
  models: { Organization },
  exec: async (nango) => {
    const config: ProxyConfiguration = { endpoint: '/v1/organizations', paginate: { limit: 2 }, retries: 10 };
    const collected: { id: number; name: string }[] = [];
    for await (const page of nango.paginate<{ id: number; name: string }>(config)) collected.push(...page);
    await nango.batchSave(
      collected.map(({ id, name }) => ({ id: id.toString(), name })),
      'Organization',
    );
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
