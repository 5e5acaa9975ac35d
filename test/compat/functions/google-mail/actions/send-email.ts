import { createAction } from 'nango';
import * as z from 'zod';

const Input = z.object({ to: z.string(), subject: z.string(), body: z.string() });

const action = createAction({
  description: 'Sends a mail as base64url of its MIME text',
  version: '1.0.0',
  input: Input,
  output: z.object({ id: z.string(), threadId: z.string() }),
  exec: async (nango, input) => {
    const { to, subject, body } = Input.parse(input);
    const encoded = `=?utf-8?B?${Buffer.from(subject).toString('base64')}?=`;
    const mail = [`To: ${to}`, `Subject: ${encoded}`, 'Content-Type: text/plain; charset=utf-8', '', body].join('\r\n');
    const raw = Buffer.from(mail).toString('base64').replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
    const response = await nango.post({ endpoint: '/gmail/v1/users/me/messages/send', data: { raw }, retries: 3 });
    return { id: response.data.id, threadId: response.data.threadId };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
