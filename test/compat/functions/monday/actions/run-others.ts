import { createAction } from 'nango';
import * as z from 'zod';

const action = createAction({
  description: 'Runs another action, one that fails, and a sync',
  version: '1.0.0',
  input: z.object({ text: z.string() }),
  output: z.any(),
  exec: async (nango, input) => {
    const { providerConfigKey, connectionId } = nango;
    const counted = await nango.triggerAction<{ text: string }, { words: number }>(
      providerConfigKey,
      connectionId,
      'count-words',
      { text: input.text },
    );
    let failure: unknown;
    try {
      await nango.triggerAction(providerConfigKey, connectionId, 'count-words', { text: '', fail: true });
    } catch (error: any) {
      failure = { status: error.response?.status, payload: error.response?.data?.error?.payload };
    }
    await nango.triggerSync(providerConfigKey, connectionId, 'boards', 'full_refresh');
    return { counted, failure };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
