import { createAction } from 'nango';
import * as z from 'zod';
import { toIssue } from '../helpers/to-issue.js';
import { GithubIssue, Issue } from '../models.js';

const Input = z.object({ owner: z.string(), repo: z.string(), title: z.string(), body: z.string().optional() });

const action = createAction({
  description: 'Opens an issue in a repository',
  version: '1.0.0',
  endpoint: { method: 'POST', path: '/issues', group: 'Issues' },
  input: Input,
  output: Issue,
  scopes: ['repo'],
  exec: async (nango, input): Promise<z.infer<typeof Issue>> => {
    const { owner, repo, title, body } = Input.parse(input);
    const response = await nango.post({
      endpoint: `/repos/${encodeURIComponent(owner)}/${encodeURIComponent(repo)}/issues`,
      data: { title, ...(body !== undefined && { body }) },
      headers: { 'X-GitHub-Api-Version': '2022-11-28' },
      retries: 3,
    });
    return Issue.parse(toIssue(GithubIssue.parse(response.data)));
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
