import { createAction } from 'nango';
import * as z from 'zod';

const action = createAction({
  description: 'Comments on an issue; GraphQL tells failures within a 200',
  version: '1.0.0',
  input: z.object({ issueId: z.string(), body: z.string() }),
  output: z.object({ id: z.string() }),
  exec: async (nango, input) => {
    const { data } = await nango.post({
      endpoint: '/graphql',
      data: {
        query: 'mutation ($input: CommentCreateInput!) { commentCreate(input: $input) { comment { id } } }',
        variables: { input },
      },
      retries: 3,
    });
    if (data.errors)
      throw new nango.ActionError({ type: 'graphql', errors: data.errors.map(({ message }: { message: string }) => message) });
    return { id: data.data.commentCreate.comment.id };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
