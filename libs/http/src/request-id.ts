import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** An arbitrary header a caller may choose a request's id by; anything odd is replaced. */
const REQUEST_ID = /^[\w.-]{1,128}$/;

/** The id of a request in answers and logs: the caller's own, or a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}
