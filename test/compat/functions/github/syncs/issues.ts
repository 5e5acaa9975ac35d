import { createSync, type ProxyConfiguration } from 'nango';
import * as z from 'zod';
import { toIssue } from '../helpers/to-issue.js';
import { type GithubIssue, Issue } from '../models.js';

const sync = createSync({
  description: 'All issues of the chosen repositories, without pull requests',
  version: '1.0.0',
  frequency: 'every hour',
  autoStart: false,
  models: { Issue },
  metadata: z.object({ repositories: z.array(z.string()) }),
  exec: async (nango) => {
    const { repositories } = await nango.getMetadata();
    await nango.trackDeletesStart('Issue');
    for (const repository of repositories) {
      const config: ProxyConfiguration = {
        endpoint: `/repos/${repository}/issues`,
        params: { state: 'all' },
        paginate: { limit: 2 },
        retries: 10,
      };
      for await (const page of nango.paginate<GithubIssue>(config)) {
        const issues = page.filter((issue) => !('pull_request' in issue)).map(toIssue);
        if (issues.length > 0) await nango.batchSave(issues, 'Issue');
      }
    }
    await nango.trackDeletesEnd('Issue');
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
