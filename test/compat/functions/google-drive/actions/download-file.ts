import { createAction } from 'nango';
import * as z from 'zod';

const action = createAction({
  description: 'A file as base64: exported where it is a document of Google’s own',
  version: '1.0.0',
  input: z.object({ id: z.string() }),
  output: z.object({ name: z.string(), content: z.string() }),
  exec: async (nango, input) => {
    const { data: file } = await nango.get<{ name: string; mimeType: string }>({
      endpoint: `/drive/v3/files/${input.id}`,
      params: { fields: 'id, name, mimeType', supportsAllDrives: 'true' },
      retries: 3,
    });
    const isOwn = file.mimeType.startsWith('application/vnd.google-apps.');
    const response = await nango.get({
      endpoint: isOwn ? `/drive/v3/files/${input.id}/export` : `/drive/v3/files/${input.id}`,
      params: isOwn ? { mimeType: 'application/pdf' } : { alt: 'media' },
      responseType: 'arraybuffer',
      retries: 3,
    });
    const content = Buffer.from(response.data as ArrayBuffer).toString('base64');
    return { name: file.name, content };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
