import { hash, randomBytes } from 'node:crypto';
import { AppError } from '#libs/kernel';

const FORMAT = /^nango_connect_session_[0-9a-f]{64}$/;

/** Sessions end this long after they were made (spec/auth.md §3.9). */
export const SESSION_LIFE_MS = 30 * 60_000;

/** A new session's token: 256 random bits. */
export const newSessionToken = (): string => `nango_connect_session_${randomBytes(32).toString('hex')}`;

/** What is stored of a token. It holds 256 random bits, so a plain digest cannot be reversed by guessing. */
export const hashToken = (token: string): Buffer => hash('sha256', token, 'buffer');

/** @throws AppError `invalid_connect_session_token_format` */
export function checkSessionToken(token: string): string {
  if (FORMAT.test(token)) return token;
  throw new AppError(
    'invalid_connect_session_token_format',
    'a Connect session token is nango_connect_session_ and 64 hexadecimal digits',
  );
}
