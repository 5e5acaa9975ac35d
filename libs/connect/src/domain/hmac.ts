import { createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from '#libs/kernel';

/** What a developer's server signs: hex HMAC-SHA256 over `<key>:<connection id>`, parts that nobody gave left out (spec/auth.md §3.7). */
const signature = (key: string, providerConfigKey: string, connectionId: string | undefined): string =>
  createHmac('sha256', key)
    .update(connectionId === undefined ? providerConfigKey : `${providerConfigKey}:${connectionId}`)
    .digest('hex');

/** @throws AppError `missing_hmac`, `invalid_hmac` */
export function checkHmac(
  key: string | null | undefined,
  providerConfigKey: string,
  connectionId: string | undefined,
  given: string | undefined,
): void {
  // Anybody can sign with nothing.
  if (!key) throw new AppError('invalid_hmac', 'this environment asks for hmac and has no key for it: set one in its settings');
  if (!given) throw new AppError('missing_hmac', 'send hmac: this environment asks pages to prove that your server sent them');
  const expected = Buffer.from(signature(key, providerConfigKey, connectionId));
  const actual = Buffer.from(given.toLowerCase());
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) {
    throw new AppError('invalid_hmac', 'hmac is not the signature of this integration and connection id');
  }
}
