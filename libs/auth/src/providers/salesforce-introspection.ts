import { type AuthSubject, type Credentials, type Freshness, type Introspection, marginOf } from '#libs/auth-modes';
import { AppError } from '#libs/kernel';
import {
  type Answer,
  clientOfCredentials,
  fieldsOf,
  momentOf,
  requestTokenFields,
  textOf,
  type TokenHttp,
} from '#libs/token-http';

/** Salesforce does not say how long its tokens live; it answers when it is asked about one (spec/auth.md §2.3). */
export const salesforceIntrospection =
  (http: TokenHttp): Introspection =>
  async (subject, credentials) => {
    const instance = URL.parse(textOf(subject.connectionConfig['instance_url']) ?? '');
    const token = textOf(credentials['access_token']) ?? textOf(credentials['token']);
    if (!instance || token === undefined) return 'unknown';
    const { id, secret = '' } = introspectingClient(subject, credentials);
    const form = { token, client_id: id, client_secret: secret, token_type_hint: 'access_token' };
    const url = new URL('/services/oauth2/introspect', instance).href;
    try {
      const answer = await requestTokenFields(http, { url, form }, 'refresh_token_external_error');
      return verdict(answer, marginOf(subject.provider), new Date());
    } catch (error) {
      // Not being able to ask says nothing about the token; the API itself will refuse it if it is dead.
      if (error instanceof AppError) return 'unknown';
      throw error;
    }
  };

/** A token without an end, or with a near one, is renewed. */
function verdict({ active, exp }: Answer, marginMs: number, now: Date): Freshness {
  const end = momentOf(exp);
  return active === true && end && end.getTime() - marginMs > now.getTime() ? 'fresh' : 'due';
}

/** Client credentials and two-step connections bring their client along. */
function introspectingClient(subject: AuthSubject, credentials: Credentials): { id: string; secret?: string | undefined } {
  const own = fieldsOf(credentials);
  const id = textOf(own['client_id']) ?? textOf(own['clientId']);
  if (id === undefined) return clientOfCredentials(subject, credentials);
  return { id, secret: textOf(own['client_secret']) ?? textOf(own['clientSecret']) };
}
