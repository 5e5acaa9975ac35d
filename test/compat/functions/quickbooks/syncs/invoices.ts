import { createSync } from 'nango';
import * as z from 'zod';

const Invoice = z.object({ id: z.string(), total: z.number() });

const sync = createSync({
  description: 'Goes on where a run that failed had come to',
  version: '1.0.0',
  frequency: 'every hour',
  autoStart: false,
  models: { Invoice },
  checkpoint: z.object({ start: z.number() }),
  exec: async (nango) => {
    let start = (await nango.getCheckpoint())?.start ?? 1;
    for (;;) {
      const query = `select * from Invoice startposition ${start} maxresults 1`;
      const { data } = await nango.get({ endpoint: '/v3/company/9/query', params: { query } });
      const invoices: { Id: string; TotalAmt: number }[] = data.QueryResponse.Invoice ?? [];
      if (invoices.length === 0) break;
      await nango.batchSave(
        invoices.map(({ Id, TotalAmt }) => ({ id: Id, total: TotalAmt })),
        'Invoice',
      );
      start += invoices.length;
      await nango.saveCheckpoint({ start });
    }
    await nango.clearCheckpoint();
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
