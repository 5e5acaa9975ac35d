import { createAction } from 'nango';
import * as z from 'zod';

const Input = z.object({ email: z.email(), redirect: z.url() });
const Output = z.object({ id: z.string(), status: z.enum(['PendingAcceptance', 'Completed']) });

const action = createAction({
  description: 'Invites a guest, and holds Graph to what it promises',
  version: '1.0.0',
  input: Input,
  output: Output,
  exec: async (nango, input): Promise<z.infer<typeof Output>> => {
    const { email, redirect } = Input.parse(input);
    const response = await nango.post({
      endpoint: '/v1.0/invitations',
      data: { invitedUserEmailAddress: email, inviteRedirectUrl: redirect },
      retries: 3,
    });
    return Output.parse({ id: response.data.id, status: response.data.status });
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
