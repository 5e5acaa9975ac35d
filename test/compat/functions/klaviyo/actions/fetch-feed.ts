import { createAction } from 'nango';
import * as z from 'zod';

const action = createAction({
  description: 'Fetches from elsewhere without the connection’s credentials',
  version: '1.0.0',
  input: z.object({ url: z.url() }),
  output: z.any(),
  exec: async (nango, input) => {
    const url = new URL(input.url);
    url.searchParams.set('v', '2');
    const response = await nango.uncontrolledFetch({
      url,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-own': 'yes' },
      body: JSON.stringify({ q: 1 }),
    });
    const refused = await nango.uncontrolledFetch({ url: new URL('https://feeds.example.com/none') });
    return {
      status: response.status,
      ok: response.ok,
      type: response.headers.get('content-type'),
      body: await response.json(),
      refused: [refused.ok, refused.status, await refused.text()],
    };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
