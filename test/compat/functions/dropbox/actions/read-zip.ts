import { createAction } from 'nango';
import unzipper from 'unzipper';
import * as z from 'zod';

const Output = z.object({ files: z.array(z.object({ path: z.string(), text: z.string() })) });

const action = createAction({
  description: 'Downloads a folder as a zip and reads the files in it',
  version: '1.0.0',
  input: z.object({ path: z.string() }),
  output: Output,
  exec: async (nango, input): Promise<z.infer<typeof Output>> => {
    const response = await nango.post({
      baseUrlOverride: 'https://content.dropboxapi.com',
      endpoint: '/2/files/download_zip',
      headers: { 'Dropbox-API-Arg': JSON.stringify({ path: input.path }) },
      responseType: 'arraybuffer',
      retries: 3,
    });
    const archive = await unzipper.Open.buffer(Buffer.from(response.data));
    const files: z.infer<typeof Output>['files'] = [];
    for (const file of archive.files) {
      if (file.type === 'File') files.push({ path: file.path, text: (await file.buffer()).toString('utf8') });
    }
    return { files };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
