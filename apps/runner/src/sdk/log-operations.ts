import { logLevel } from '#libs/contracts';
import type { Operation } from './operation.js';

const LEVELS: Record<string, string> = { http: 'info', verbose: 'debug', silly: 'debug' };

export const logOperations: Record<string, Operation> = {
  /** Stacks in it lead to the author's sources. */
  log: async ({ log, sources }, { level, message, meta, isInternal }) => {
    const known = logLevel.safeParse(LEVELS[String(level)] ?? level);
    const text = String(message);
    log.say(
      known.success ? known.data : 'info',
      isInternal === true ? 'internal' : 'user',
      sources?.inStack(text) ?? text,
      sources?.inValue(meta) ?? meta,
    );
  },
};
