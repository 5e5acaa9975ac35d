import type { Caller } from './caller.js';

/** Finds out who a Connect session belongs to; provided by the lib that keeps sessions. */
export interface SessionCallers {
  /** @throws AppError `invalid_connect_session_token_format`, `unknown_connect_session_token` */
  authenticate(token: string): Promise<Caller>;
}

/** Injection token of `SessionCallers`; apps without it know no sessions. */
export const SESSION_CALLERS = Symbol('session-callers');

const SESSION_PREFIX = 'nango_connect_session_';

/** Whether a credential claims to be a Connect session's token: it is never tried as an API key (spec/api.md §1.1). */
export const isSessionToken = (text: string): boolean => text.startsWith(SESSION_PREFIX);
