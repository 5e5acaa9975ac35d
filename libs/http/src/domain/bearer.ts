import { isSameText } from './same-text.js';

const BEARER = 'Bearer ';

/** The token of an Authorization header as our own services write it; undefined where it holds none. */
export const bearerOf = (header: string | undefined): string | undefined =>
  header?.startsWith(BEARER) ? header.slice(BEARER.length) : undefined;

/** Whether an Authorization header holds this Bearer token. Takes the same time for any header. */
export function isBearer(header: string | undefined, token: string): boolean {
  const given = /^Bearer /i.test(header ?? '') ? (header as string).slice(BEARER.length).trim() : '';
  return isSameText(given, token);
}
