import { createSync, type ProxyConfiguration } from 'nango';
import * as z from 'zod';

const Issue = z.object({ id: z.string(), title: z.string(), assignee: z.string().nullable() });
const QUERY =
  'query ($first: Int, $after: String) { issues(first: $first, after: $after) { nodes { id title assignee { name } } pageInfo { endCursor } } }';

const sync = createSync({
  description: 'Issues by GraphQL, with the cursor deep in the body',
  version: '1.0.0',
  frequency: 'every 5 minutes',
  autoStart: false,
  models: { Issue },
  exec: async (nango) => {
    const config: ProxyConfiguration = {
      method: 'POST',
      endpoint: '/graphql',
      data: { query: QUERY, variables: { first: 2 } },
      paginate: {
        type: 'cursor',
        cursor_name_in_request: 'variables.after',
        cursor_path_in_response: 'data.issues.pageInfo.endCursor',
        response_path: 'data.issues.nodes',
      },
      retries: 10,
    };
    for await (const page of nango.paginate<{ id: string; title: string; assignee: { name: string } | null }>(config)) {
      await nango.batchSave(
        page.map(({ id, title, assignee }) => ({ id, title, assignee: assignee?.name ?? null })),
        'Issue',
      );
    }
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
