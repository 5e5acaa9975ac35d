import { createAction } from 'nango';
import * as z from 'zod';

const action = createAction({
  description: 'Creates an issue at another base address than the provider’s',
  version: '1.0.0',
  input: z.object({ project: z.string(), summary: z.string(), description: z.string() }),
  output: z.object({ key: z.string() }),
  exec: async (nango, input) => {
    const { connection_config: config } = await nango.getConnection();
    const content = [{ type: 'paragraph', content: [{ type: 'text', text: input.description }] }];
    const response = await nango.post<{ key: string }>({
      baseUrlOverride: `https://${config['subdomain']}.atlassian.net/rest`,
      endpoint: '/api/3/issue',
      data: {
        fields: { project: { key: input.project }, summary: input.summary, description: { type: 'doc', version: 1, content } },
      },
      retries: 3,
    });
    return { key: response.data.key };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
