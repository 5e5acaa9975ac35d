import { createHmac, timingSafeEqual } from 'node:crypto';

const signatureOf = (key: string, expires: number, secret: string): string =>
  createHmac('sha256', secret).update(`${key}\n${expires}`).digest('base64url');

/** Query string that lets its bearer read one object until `expires` (seconds since the epoch). */
export const signPath = (key: string, expires: number, secret: string): string =>
  `expires=${expires}&signature=${signatureOf(key, expires, secret)}`;

/** Whether a query string made by `signPath` is genuine and still valid. */
export function isSigned(key: string, expires: number, signature: string, secret: string, nowMs: number): boolean {
  if (!(expires * 1000 > nowMs)) return false;
  const expected = Buffer.from(signatureOf(key, expires, secret));
  const given = Buffer.from(signature);
  return expected.length === given.length && timingSafeEqual(expected, given);
}
