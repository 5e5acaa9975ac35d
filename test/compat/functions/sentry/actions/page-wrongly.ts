import { createAction } from 'nango';
import * as z from 'zod';

const action = createAction({
  description: 'Asks for pages in ways there are not',
  version: '1.0.0',
  input: z.void(),
  output: z.array(z.string()),
  exec: async (nango) => {
    const wrong: object[] = [
      { type: 'spiral' },
      { type: 'cursor', cursor_path_in_response: 'next' },
      { type: 'offset' },
      { type: 'link', link_rel_in_response_header: '' },
    ];
    const told: string[] = [];
    for (const paginate of wrong) {
      try {
        for await (const page of nango.paginate({ endpoint: '/api/0/projects/', paginate }))
          told.push(`a page of ${page.length}`);
      } catch (error: any) {
        told.push(error instanceof Error ? 'an error' : typeof error);
      }
    }
    return told;
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
