import { isSameText } from './same-text.js';

/** Whether an Authorization header holds the operator's Basic credentials; never without a password. Takes the same time for any header. */
export function isOperator(header: string | undefined, username: string, password: string | undefined): boolean {
  if (!password) return false;
  const given = header?.startsWith('Basic ') ? Buffer.from(header.slice('Basic '.length), 'base64').toString('utf8') : '';
  return isSameText(given, `${username}:${password}`);
}
