import { logLevel } from '#libs/contracts';
import type { Operation } from './operation.js';

const LEVELS: Record<string, string> = { http: 'info', verbose: 'debug', silly: 'debug' };

export const logOperations: Record<string, Operation> = {
  log: async (run, { level, message, meta, isInternal }) => {
    const known = logLevel.safeParse(LEVELS[String(level)] ?? level);
    run.log.say(known.success ? known.data : 'info', isInternal === true ? 'internal' : 'user', String(message), meta);
  },
};
