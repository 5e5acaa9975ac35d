import { createSync } from 'nango';
import * as z from 'zod';

const Item = z.object({ id: z.string() }).loose();

const sync = createSync({
  description: 'Records with what JSON and databases do not take',
  version: '1.0.0',
  frequency: 'every hour',
  autoStart: false,
  models: { Item },
  exec: async (nango) => {
    await nango.batchSave(
      [
        { id: 5 as unknown as string, kind: 'number' },
        { id: 'nul', text: 'a\u0000b' },
        { id: 'date', at: new Date(0), left: undefined, nested: { none: null, list: [undefined, 1] } },
        { id: 'emoji', text: '👩‍🚀 \uD83D\uDE80 ü', key: { 'with.dot': 1, '': 2 } },
        { id: 'meta', _nango_metadata: { last_action: 'FORGED' } },
        { id: 'large', text: 'x'.repeat(200_000), number: 1e21, small: 0.1 + 0.2 },
        { id: 'twice', n: 1 },
        { id: 'twice', n: 2 },
      ],
      'Item',
    );
    let size = 0;
    for await (const record of nango.listRecords<{ id: string; text?: string }>('Item')) {
      if (record.id === 'large') size = record.text?.length ?? 0;
    }
    await nango.batchDelete([{ id: 'large' }], 'Item');
    await nango.batchSave([{ id: 'size', size }], 'Item');
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
