import { hash } from 'node:crypto';
import { AppError } from '#libs/kernel';

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Whether a text is a well-formed API key: a UUID v4, in lower case. */
export const isApiKey = (text: string): boolean => UUID_V4.test(text);

/** What is stored of a key. A UUID v4 holds 122 random bits, so a plain digest cannot be reversed by guessing. */
export const hashApiKey = (key: string): string => hash('sha256', key, 'base64url');

/**
 * Reads the credential of an `Authorization` header (spec/api.md §1.1): the text after the last `Bearer `, or the whole value.
 * @throws AppError `missing_auth_header`, `malformed_auth_header`
 */
export function readBearer(header: string | undefined): string {
  if (header === undefined)
    throw new AppError('missing_auth_header', 'the Authorization header is missing: send `Bearer <API key>`');
  const credential = header.slice(header.lastIndexOf('Bearer ') + (header.includes('Bearer ') ? 7 : 1)).trim();
  if (credential === '' || credential === 'Bearer')
    throw new AppError('malformed_auth_header', 'the Authorization header is empty: send `Bearer <API key>`');
  return credential;
}

/** A credential as an API key. @throws AppError `invalid_secret_key_format` */
export function toApiKey(credential: string): string {
  const key = credential.toLowerCase();
  if (!isApiKey(key)) throw new AppError('invalid_secret_key_format', 'the API key must be a UUID v4');
  return key;
}
