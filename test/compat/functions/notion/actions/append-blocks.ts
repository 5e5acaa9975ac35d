import { createAction } from 'nango';
import * as z from 'zod';

const action = createAction({
  description: 'Appends paragraphs, under a version of the API of its own',
  version: '1.0.0',
  input: z.object({ page_id: z.string(), paragraphs: z.array(z.string()) }),
  output: z.object({ ids: z.array(z.string()) }),
  exec: async (nango, input) => {
    const children = input.paragraphs.map((content) => ({
      object: 'block',
      type: 'paragraph',
      paragraph: { rich_text: [{ text: { content } }] },
    }));
    const response = await nango.patch({
      endpoint: `/v1/blocks/${input.page_id}/children`,
      headers: { 'Notion-Version': '2025-09-03' },
      data: { children },
      retries: 3,
    });
    return { ids: response.data.results.map(({ id }: { id: string }) => id) };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
