import { createAction } from 'nango';
import * as z from 'zod';

const action = createAction({
  description: 'Logs in every way there is; none of them may fail',
  version: '1.0.0',
  input: z.void(),
  output: z.object({ before: z.boolean(), after: z.string() }),
  exec: async (nango) => {
    const before = ['debug', 'info', 'warn', 'error', 'off'].includes(nango.logger.level);
    nango.setLogger({ level: 'debug' });
    await nango.log('plain');
    await nango.log('with a payload', { some: { nested: [1, null] } }, { level: 'debug' });
    await nango.log('a warning', { level: 'warn' });
    await nango.log('x'.repeat(120_000), { level: 'error' });
    await nango.log({ not: 'a text' } as unknown as string, [1, 2], 'three');
    console.log('goes nowhere');
    return { before, after: nango.logger.level };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
