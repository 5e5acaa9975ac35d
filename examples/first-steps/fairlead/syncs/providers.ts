import { createSync } from 'nango';
import * as z from 'zod';

const Provider = z.object({ id: z.string(), display_name: z.string(), auth_mode: z.string() });
const Answer = z.object({ data: z.array(z.object({ name: z.string(), display_name: z.string(), auth_mode: z.string() })) });

const sync = createSync({
  description: 'Keeps the providers this installation knows as records',
  version: '1.0.0',
  frequency: 'every hour',
  autoStart: true,
  models: { Provider },
  exec: async (nango) => {
    await nango.trackDeletesStart('Provider');
    const response = await nango.get({ endpoint: '/providers', retries: 3 });
    const { data } = Answer.parse(response.data);
    await nango.batchSave(
      data.map(({ name, display_name, auth_mode }) => ({ id: name, display_name, auth_mode })),
      'Provider',
    );
    await nango.trackDeletesEnd('Provider');
  },
});

export default sync;
