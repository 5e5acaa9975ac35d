import { textOf } from '#libs/token-http';
import type { OAuth2Dialect } from '../oauth2/oauth2-dialect.js';

const LIFETIME_S = 30 * 86_400;
const OK = '0000';

/** COROS prolongs a token rather than giving a new one: its answer to a renewal holds none (spec/auth.md §2.3). */
export const COROS: OAuth2Dialect = {
  answer: (answer, { previous }) => {
    const result = textOf(answer['result']) ?? OK;
    if (result !== OK) return { error: `coros_${result}`, error_description: answer['message'] };
    return previous ? { expires_in: LIFETIME_S, access_token: previous['access_token'], ...answer } : answer;
  },
  lifetimeS: LIFETIME_S,
};
