import { createSync } from 'nango';
import * as z from 'zod';

const Commit = z.object({ id: z.string(), message: z.string(), date: z.string() });

const sync = createSync({
  description: 'Commits since the last run',
  version: '1.0.0',
  frequency: 'every 5 minutes',
  autoStart: false,
  models: { Commit },
  checkpoint: z.object({ since: z.string() }),
  metadata: z.object({ owner: z.string(), repo: z.string() }),
  exec: async (nango) => {
    const { owner, repo } = await nango.getMetadata();
    const checkpoint = await nango.getCheckpoint();
    let since = checkpoint?.since ?? '';
    const proxyConfig = {
      // https://docs.github.com/en/rest/commits/commits#list-commits
      endpoint: `/repos/${owner}/${repo}/commits`,
      params: { ...(since && { since }) },
      paginate: { type: 'link' as const, link_rel_in_response_header: 'next', limit_name_in_request: 'per_page', limit: 100 },
      retries: 3,
    };
    for await (const page of nango.paginate<{ sha: string; commit: { message: string; author: { date: string } } }>(
      proxyConfig,
    )) {
      const commits = page.map(({ sha, commit }) => ({ id: sha, message: commit.message, date: commit.author.date }));
      await nango.batchSave(commits, 'Commit');
      for (const { date } of commits) if (date > since) since = date;
      if (since) await nango.saveCheckpoint({ since });
    }
  },
});

export type NangoSyncLocal = Parameters<(typeof sync)['exec']>[0];
export default sync;
