import { createAction } from 'nango';
import * as z from 'zod';

const Output = z.object({ pages: z.array(z.object({ id: z.string(), title: z.string() })) });
interface Page {
  id: string;
  properties: Record<string, { type: string; title?: { plain_text: string }[] }>;
}

const titleOf = ({ properties }: Page): string =>
  Object.values(properties)
    .find(({ type }) => type === 'title')
    ?.title?.map((text) => text.plain_text)
    .join('') ?? '';

const action = createAction({
  description: 'All pages of a database, with the cursor in the body as the provider wants it',
  version: '1.0.0',
  input: z.object({ database_id: z.string() }),
  output: Output,
  exec: async (nango, input): Promise<z.infer<typeof Output>> => {
    const pages: z.infer<typeof Output>['pages'] = [];
    const config = {
      method: 'POST' as const,
      endpoint: `/v1/databases/${input.database_id}/query`,
      data: { sorts: [{ timestamp: 'created_time', direction: 'ascending' }] },
      retries: 3,
    };
    for await (const batch of nango.paginate<Page>(config)) {
      pages.push(...batch.map((page) => ({ id: page.id, title: titleOf(page) })));
    }
    return { pages };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
