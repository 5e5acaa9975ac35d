import { createAction } from 'nango';
import * as z from 'zod';

const Output = z.object({ ok: z.literal(true), ts: z.string() });

const action = createAction({
  description: 'Posts a message; Slack tells failures within a 200',
  version: '1.0.0',
  input: z.object({ channel: z.string(), text: z.string() }),
  output: Output,
  exec: async (nango, input): Promise<z.infer<typeof Output>> => {
    const { data } = await nango.post({ endpoint: '/chat.postMessage', data: input, retries: 10 });
    if (!data.ok) throw new nango.ActionError({ error: data.error, channel: input.channel });
    return Output.parse({ ok: data.ok, ts: data.ts });
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
