import { createSync } from 'nango';
import * as z from 'zod';

const CodaRow = z.object({
  id: z.string(),
  name: z.string(),
  values: z.object({ a: z.number().optional(), b: z.number().optional() }),
  tags: z.array(z.string()),
});

const sync = createSync({
  description: 'Reads its own records back, changes some and removes one',
  version: '1.0.0',
  frequency: 'every 15 minutes',
  autoStart: false,
  models: { CodaRow },
  exec: async (nango) => {
    for await (const page of nango.paginate<{ id: string; name: string }>({
      endpoint: '/v1/docs/d1/tables/t1/rows',
      retries: 5,
    })) {
      await nango.batchSave(
        page.map(({ id, name }) => ({ id, name, values: { a: 1 }, tags: ['x', 'y'] })),
        'CodaRow',
      );
    }
    const known = await nango.getRecordsByIds<string>(['r1', 'r2', 'r9'], 'CodaRow');
    if (!(known instanceof Map) || known.size !== 2 || known.has('r9')) throw new Error(`knows ${[...known.keys()].join()}`);
    await nango.batchUpdate<z.infer<typeof CodaRow>>(
      [
        { id: 'r1', name: `${known.get('r1')?.name} again`, values: { b: 2 }, tags: ['z'] },
        { id: 'r9', name: 'never saved' },
      ],
      'CodaRow',
    );
    const listed: string[] = [];
    for await (const record of nango.listRecords('CodaRow')) listed.push(`${record.id}=${record.name}`);
    await nango.batchDelete([{ id: 'r3' }], 'CodaRow');
    await nango.batchSave([{ id: 'summary', name: listed.toSorted().join('; '), values: {}, tags: [] }], 'CodaRow');
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
