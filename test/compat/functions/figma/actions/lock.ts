import { createAction } from 'nango';
import * as z from 'zod';

const action = createAction({
  description: 'Takes a lock, twice, and gives it back',
  version: '1.0.0',
  input: z.object({ key: z.string() }),
  output: z.array(z.boolean()),
  exec: async (nango, input) => {
    const first = await nango.tryAcquireLock({ key: input.key, ttlMs: 30_000 });
    const again = await nango.tryAcquireLock({ key: input.key, ttlMs: 30_000 });
    const released = await nango.releaseLock({ key: input.key });
    const twice = await nango.releaseLock({ key: input.key });
    await nango.tryAcquireLock({ key: `${input.key}-left`, ttlMs: 30_000 });
    await nango.releaseAllLocks();
    return [first, again, released, twice];
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
