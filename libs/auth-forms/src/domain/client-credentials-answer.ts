import type { Provider } from '#libs/providers';
import { type Answer, expiryOfAnswer, fieldsOf, textOf } from '#libs/token-http';
import { endOf } from './lifetimes.js';

/** A token of which nobody knows when it ends is renewed within the hour that most of them live (spec/auth.md §2.7). */
const LIFETIME_MS = 55 * 60_000;

/** Token and end of an answer: `access_token`, or what some vendors call it; undefined where it holds none. */
export function grantedToken(
  answer: Answer,
  { expires_in_unit: unit }: Pick<Provider, 'expires_in_unit'>,
  now: Date,
): { readonly token: string; readonly expires_at: string } | undefined {
  const nested = fieldsOf(answer['data']);
  const token = textOf(answer['access_token']) ?? textOf(nested['token']) ?? textOf(answer['jwt']);
  if (token === undefined) return undefined;
  const end = expiryOfAnswer(answer, now, unit) ?? expiryOfAnswer(nested, now, unit);
  return { token, expires_at: end?.toISOString() ?? endOf(now, LIFETIME_MS) };
}
