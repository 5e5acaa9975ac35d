import { createAction } from 'nango';
import * as z from 'zod';

const action = createAction({
  description: 'Sends fields as a multipart form',
  version: '1.0.0',
  input: z.object({ channels: z.string(), content: z.string() }),
  output: z.object({ id: z.string() }),
  exec: async (nango, input) => {
    const response = await nango.post({
      endpoint: '/files.upload',
      headers: { 'Content-Type': 'multipart/form-data' },
      data: { channels: input.channels, content: input.content, filename: 'note.txt' },
      retries: 3,
    });
    return { id: response.data.file.id };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
