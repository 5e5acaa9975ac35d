import { createAction } from 'nango';
import * as z from 'zod';

const Output = z.object({ merged: z.boolean(), sha: z.string().optional() });

const action = createAction({
  description: 'Merges a pull request, and says why where GitHub will not',
  version: '2.1.0',
  input: z.object({
    owner: z.string(),
    repo: z.string(),
    pull_number: z.number(),
    method: z.enum(['merge', 'squash']).optional(),
  }),
  output: Output,
  exec: async (nango, input): Promise<z.infer<typeof Output>> => {
    try {
      const response = await nango.put({
        endpoint: `/repos/${input.owner}/${input.repo}/pulls/${input.pull_number}/merge`,
        data: { merge_method: input.method ?? 'merge' },
        retries: 1,
      });
      return Output.parse(response.data);
    } catch (error: any) {
      if (error.response?.status !== 405) throw error;
      throw new nango.ActionError({
        type: 'not_mergeable',
        message: error.response.data.message,
        pull_number: input.pull_number,
        isAxiosError: error.isAxiosError,
        code: error.code,
      });
    }
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
