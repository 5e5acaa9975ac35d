import { isSameText } from './same-text.js';

/** Whether an Authorization header holds this Bearer token. Takes the same time for any header. */
export function isBearer(header: string | undefined, token: string): boolean {
  const given = /^Bearer /i.test(header ?? '') ? (header as string).slice('Bearer '.length).trim() : '';
  return isSameText(given, token);
}
