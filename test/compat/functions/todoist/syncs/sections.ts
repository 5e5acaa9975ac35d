import { createSync } from 'nango';
import * as z from 'zod';

const Section = z.object({ id: z.string(), name: z.string(), variant: z.string() });

const sync = createSync({
  description: 'Runs under a variant, with records and a checkpoint of its own',
  version: '1.0.0',
  frequency: 'every week',
  autoStart: false,
  models: { Section },
  checkpoint: z.object({ runs: z.number() }),
  exec: async (nango) => {
    const checkpoint = await nango.getCheckpoint();
    const response = await nango.get<{ id: string; name: string }[]>({
      endpoint: '/rest/v2/sections',
      params: { project: nango.variant },
      retries: 3,
    });
    await nango.batchSave(
      response.data.map(({ id, name }) => ({ id, name, variant: nango.variant })),
      'Section',
    );
    await nango.saveCheckpoint({ runs: (checkpoint?.runs ?? 0) + 1 });
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
