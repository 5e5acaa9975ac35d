import { createSync } from 'nango';
import * as z from 'zod';

const Account = z.object({ id: z.string(), name: z.string(), website: z.string().nullish() });

const sync = createSync({
  description: 'Accounts by a query, changed ones only, and forgets those that were removed',
  version: '1.0.0',
  frequency: 'every hour',
  autoStart: false,
  syncType: 'full',
  models: { Account },
  checkpoint: z.object({ changedSince: z.string() }),
  exec: async (nango) => {
    const checkpoint = await nango.getCheckpoint();
    const where = checkpoint ? ` WHERE LastModifiedDate > ${checkpoint.changedSince}` : '';
    let newest = checkpoint?.changedSince ?? '';
    for await (const page of nango.paginate<{
      Id: string;
      Name: string;
      Website: string | null;
      IsDeleted: boolean;
      LastModifiedDate: string;
    }>({
      endpoint: '/services/data/v60.0/queryAll',
      params: { q: `SELECT Id, Name, Website, IsDeleted, LastModifiedDate FROM Account${where}` },
      retries: 10,
    })) {
      const [gone, kept] = [page.filter(({ IsDeleted }) => IsDeleted), page.filter(({ IsDeleted }) => !IsDeleted)];
      await nango.batchSave(
        kept.map(({ Id, Name, Website }) => ({ id: Id, name: Name, website: Website })),
        'Account',
      );
      await nango.batchDelete(
        gone.map(({ Id }) => ({ id: Id })),
        'Account',
      );
      for (const { LastModifiedDate } of page) if (LastModifiedDate > newest) newest = LastModifiedDate;
    }
    if (newest) await nango.saveCheckpoint({ changedSince: newest });
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
