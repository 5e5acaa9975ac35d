import { createAction } from 'nango';
import * as z from 'zod';

const action = createAction({
  description: 'Takes the methods out of the object, and looks for what it must not find',
  version: '1.0.0',
  input: z.void(),
  output: z.any(),
  exec: async (nango) => {
    const { get, log, ActionError } = nango;
    await log('looking around');
    const { data } = await get<string>({ endpoint: '/api/v1/motd', responseType: 'text' });
    const refused = ['persistClient', 'constructor', 'integrationConfig'].map((name) => {
      try {
        return String((nango as unknown as Record<string, unknown>)[name]);
      } catch (error: any) {
        return error.message;
      }
    });
    const error = new ActionError({ a: 1 });
    const unknown = ['process', 'module', 'Deno'].filter((name) => name in globalThis);
    return {
      text: data,
      refused,
      prototype: Object.getPrototypeOf(nango),
      error: [error instanceof Error, error.message, error.type, error.payload],
      unknown,
      named: [nango.providerConfigKey, nango.provider, nango.scriptType, typeof nango.connectionId, typeof nango.environmentId],
    };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
