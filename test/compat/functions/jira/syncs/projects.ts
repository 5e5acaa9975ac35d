import { createSync, type ProxyConfiguration } from 'nango';
import * as z from 'zod';

const Project = z.object({ id: z.string(), key: z.string(), webUrl: z.string() });

const sync = createSync({
  description: 'Projects, by offset, below the cloud id of the connection',
  version: '1.0.0',
  frequency: 'every day',
  autoStart: false,
  models: { Project },
  exec: async (nango) => {
    const connection = await nango.getConnection();
    const { cloudId } = connection.connection_config;
    const config: ProxyConfiguration = {
      endpoint: `/ex/jira/${cloudId}/rest/api/3/project/search`,
      paginate: {
        type: 'offset',
        offset_name_in_request: 'startAt',
        limit_name_in_request: 'maxResults',
        limit: 2,
        response_path: 'values',
      },
      headers: { 'X-Atlassian-Token': 'no-check' },
      retries: 10,
    };
    for await (const page of nango.paginate<{ id: string; key: string }>(config)) {
      await nango.batchSave(
        page.map(({ id, key }) => ({ id, key, webUrl: `https://acme.atlassian.net/browse/${key}` })),
        'Project',
      );
    }
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
