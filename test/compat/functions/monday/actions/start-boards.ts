import { createAction } from 'nango';
import * as z from 'zod';

const action = createAction({
  description: 'Starts the schedule of a sync, and names one that there is not',
  version: '1.0.0',
  input: z.void(),
  output: z.object({ started: z.boolean(), refused: z.number().optional() }),
  exec: async (nango) => {
    await nango.startSync(nango.providerConfigKey, [{ name: 'boards', variant: 'base' }], nango.connectionId);
    let refused: number | undefined;
    try {
      await nango.triggerSync(nango.providerConfigKey, nango.connectionId, 'no-such-sync');
    } catch (error: any) {
      refused = error.response?.status;
    }
    return { started: true, ...(refused !== undefined && { refused }) };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
