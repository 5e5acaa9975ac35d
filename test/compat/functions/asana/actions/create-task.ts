import { createAction } from 'nango';
import * as z from 'zod';

const Input = z.object({ name: z.string(), notes: z.string().nullish(), due: z.iso.date().optional() });

const action = createAction({
  description: 'Creates a task from a copy of its input, with headers as an object of the platform',
  version: '1.0.0',
  input: Input,
  output: z.object({ id: z.string(), permalink: z.string() }),
  exec: async (nango, input) => {
    const { due, ...rest } = structuredClone(Input.parse(input));
    const headers = new Headers({ 'Asana-Enable': 'new_goal_memberships' });
    headers.set('X-Reference', 'r-1');
    const response = await nango.post({
      endpoint: '/api/1.0/tasks',
      headers: Object.fromEntries(headers.entries()),
      data: { data: { ...rest, ...(due && { due_on: due }) } },
      retries: 3,
    });
    return { id: response.data.data.gid, permalink: response.data.data.permalink_url };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
