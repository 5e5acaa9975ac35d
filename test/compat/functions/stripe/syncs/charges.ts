import { createSync } from 'nango';
import * as z from 'zod';
import { listAll } from '../helpers/list-all.js';

const Charge = z.object({ id: z.string(), amount: z.number(), created: z.string() });

const sync = createSync({
  description: 'Charges, paged by hand with a generator',
  version: '1.0.0',
  frequency: 'every hour',
  autoStart: false,
  models: { Charge },
  exec: async (nango) => {
    for await (const page of listAll<{ id: string; amount: number; created: number }>(nango, '/v1/charges')) {
      const charges = page.map(({ id, amount, created }) => ({
        id,
        amount: amount / 100,
        created: new Date(created * 1000).toISOString(),
      }));
      await nango.batchSave(charges, 'Charge');
    }
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
