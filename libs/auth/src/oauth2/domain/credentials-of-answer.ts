import type { Credentials } from '#libs/auth-modes';
import type { Provider } from '#libs/providers';
import { type Answer, expiryOfAnswer, fieldsOf, textOf, valueAt } from '#libs/token-http';

export interface ReadOptions {
  readonly now: Date;
  /** What the provider answered, before anything was renamed in it. */
  readonly raw: unknown;
  /** For tokens whose answer does not say how long they live, in seconds. */
  readonly lifetimeS?: number | undefined;
  /** What is renewed: its refresh token stays where the answer has no new one. */
  readonly previous?: Credentials | undefined;
}

/** OAuth2 credentials from a token endpoint's answer (spec/auth.md §2.2, §2.5); undefined where it holds no access token. */
export function credentialsOfAnswer(
  answer: Answer,
  { alternate_access_token_response_path: path }: Pick<Provider, 'alternate_access_token_response_path'>,
  { now, raw, lifetimeS, previous }: ReadOptions,
): Credentials | undefined {
  const tokens = tokensOf(answer, path);
  const accessToken = textOf(tokens['access_token']);
  if (accessToken === undefined) return undefined;
  const refreshToken = textOf(tokens['refresh_token']) ?? previous?.['refresh_token'];
  const expiry =
    expiryOfAnswer(tokens, now) ?? (lifetimeS === undefined ? undefined : new Date(now.getTime() + lifetimeS * 1000));
  return {
    type: 'OAUTH2',
    access_token: accessToken,
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
    ...(expiry ? { expires_at: expiry.toISOString() } : {}),
    raw,
    ...(previous?.['config_override'] === undefined ? {} : { config_override: previous['config_override'] }),
  };
}

/** The part of an answer that holds the token: itself, or what a path leads to, which may be the token alone. */
function tokensOf(answer: Answer, path: string | undefined): Answer {
  if (textOf(answer['access_token']) !== undefined || path === undefined) return answer;
  const found = valueAt(answer, path);
  return typeof found === 'string' ? { ...answer, access_token: found } : { ...answer, ...fieldsOf(found) };
}
