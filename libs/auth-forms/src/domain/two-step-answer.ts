import type { Credentials } from '#libs/auth-modes';
import type { Provider } from '#libs/providers';
import { type Answer, textOf, type TokenReply } from '#libs/token-http';
import { keptHeaders } from './kept-headers.js';
import { textAt } from './template-values.js';
import { tokenExpiry } from './token-expiry.js';

type Rules = Pick<Provider, 'credentials' | 'token_response' | 'token_response_headers' | 'token_expires_in_ms'>;

/** What credentials are put together from. */
export interface TwoStepFacts {
  /** What was typed, as far as it is kept. */
  readonly stored: Answer;
  readonly assertion?: string | undefined;
  /** What is renewed: its refresh token stays where the answer has no new one. */
  readonly previous?: Credentials | undefined;
  readonly now: Date;
}

/** Credentials from the last step's answer (spec/auth.md §2.2, §2.13); undefined where it holds no token. */
export function twoStepCredentials(
  provider: Rules,
  { body, headers }: Pick<TokenReply, 'body' | 'headers'>,
  { stored, assertion, previous, now }: TwoStepFacts,
): Credentials | undefined {
  const kept = keptHeaders(provider.token_response_headers, headers);
  const { token: tokenPath = '', refresh_token: refreshPath } = provider.token_response ?? {};
  const token = textAt(body, tokenPath) || textAt(kept, tokenPath);
  if (!token) return undefined;
  const given = refreshPath === undefined ? undefined : textAt(body, refreshPath) || undefined;
  const refreshToken = given ?? textOf(previous?.['refresh_token']);
  const expiry = tokenExpiry(provider, body, { token, refreshToken }, now);
  return {
    ...stored,
    ...undeclared(provider, kept),
    type: 'TWO_STEP',
    token,
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    ...(expiry && { expires_at: expiry.toISOString() }),
    ...(assertion !== undefined && { assertion }),
    raw: body,
  };
}

/** A cookie that is called like an input does not take its place: the input is needed to log in again. */
const undeclared = ({ credentials = {} }: Rules, kept: Answer): Answer =>
  Object.fromEntries(Object.entries(kept).filter(([name]) => !Object.hasOwn(credentials, name)));
