import { createAction } from 'nango';
import * as z from 'zod';

const Output = z.object({ filename: z.string().nullable(), size: z.number(), content: z.string() });

const action = createAction({
  description: 'Downloads an archive of a repository as base64',
  version: '1.0.0',
  input: z.object({ owner: z.string(), repo: z.string(), ref: z.string() }),
  output: Output,
  exec: async (nango, input): Promise<z.infer<typeof Output>> => {
    const response = await nango.get({
      endpoint: `/repos/${input.owner}/${input.repo}/tarball/${input.ref}`,
      responseType: 'arraybuffer',
      retries: 3,
    });
    const buffer = Buffer.from(response.data);
    const disposition = String(response.headers['content-disposition'] ?? '');
    return { filename: /filename=(\S+)/.exec(disposition)?.[1] ?? null, size: buffer.length, content: buffer.toString('base64') };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
