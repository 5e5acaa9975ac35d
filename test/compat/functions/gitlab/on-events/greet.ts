import { createOnEvent } from 'nango';
import * as z from 'zod';

export default createOnEvent({
  description: 'Learns who connected, and keeps it',
  version: '1.0.0',
  event: 'post-connection-creation',
  metadata: z.object({ user: z.string() }),
  exec: async (nango) => {
    const response = await nango.get<{ username: string }>({ endpoint: '/api/v4/user', retries: 3 });
    await nango.updateMetadata({ user: response.data.username });
    await nango.log('connected', { user: response.data.username });
  },
});
