import { createSync } from 'nango';
import * as z from 'zod';

const Contact = z.object({ id: z.string(), n: z.number() });

const sync = createSync({
  description: 'Thousands of records at once, one of them twice, by the older name of the method',
  version: '1.0.0',
  frequency: 'every day',
  autoStart: false,
  models: { Contact },
  exec: async (nango) => {
    const { data } = await nango.get<{ from: number; to: number }>({ endpoint: '/api.xro/2.0/Contacts', retries: 3 });
    const contacts: z.infer<typeof Contact>[] = [];
    for (let n = data.from; n <= data.to; n += 1) contacts.push({ id: `c${n}`, n });
    const saved = await nango.batchSend([...contacts, { id: `c${data.to}`, n: -1 }], 'Contact');
    const nothing = await nango.batchSave([], 'Contact');
    if (!saved || !nothing) throw new Error('not saved');
    if (data.to > 3) await nango.batchDelete(contacts.slice(3), 'Contact');
    const isFirst = nango.lastSyncDate === undefined;
    if (!isFirst && !(nango.lastSyncDate instanceof Date)) throw new Error('no date');
    await nango.batchSave([{ id: 'first', n: isFirst ? 1 : 0 }], 'Contact');
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
