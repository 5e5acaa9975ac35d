import type { AuthSubject, BeginRequest } from '#libs/auth-modes';
import { AppError } from '#libs/kernel';
import type { Provider } from '#libs/providers';
import { addressOf } from '#libs/token-http';

/** OAuth 1 has no state: ours travels in the address of the callback. */
export function callbackWithState({ callbackUrl, state }: Pick<BeginRequest, 'callbackUrl' | 'state'>): string {
  const url = new URL(callbackUrl);
  url.searchParams.set('state', state);
  return url.href;
}

interface Authorize {
  readonly requestToken: string;
  readonly callback: string;
  readonly scopes: readonly string[];
  readonly request: Pick<BeginRequest, 'authorizationParams'>;
  readonly connectionConfig: AuthSubject['connectionConfig'];
}

/** Where the browser is sent with a request token. Errors as of `addressOf`. */
export function authorizeUrlOf(
  provider: Pick<Provider, 'authorization_url' | 'authorization_params' | 'scope_separator'>,
  { requestToken, callback, scopes, request, connectionConfig }: Authorize,
): string {
  const url = new URL(addressOf(provider.authorization_url, connectionConfig, 'authorization_url'));
  const params = {
    oauth_token: requestToken,
    ...(scopes.length > 0 && { scope: scopes.join(provider.scope_separator ?? ' ') }),
    ...provider.authorization_params,
    oauth_callback: callback,
    ...request.authorizationParams,
  };
  for (const [name, value] of Object.entries(params)) {
    if (value === 'undefined') url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  return url.href;
}

/**
 * The proof that the user agreed, for the token that was sent out.
 * @throws AppError `callback_err`
 */
export function verifierOf(query: Readonly<Record<string, string>>, requestToken: string): string {
  const { oauth_token: token, oauth_verifier: verifier } = query;
  if (!token || !verifier) {
    const said = query['error'] ?? query['oauth_problem'] ?? (query['denied'] ? 'access was denied' : undefined);
    const why = said?.slice(0, 500) ?? 'it came back without oauth_token and oauth_verifier';
    throw new AppError('callback_err', `The provider gave no access: ${why}`);
  }
  if (token !== requestToken) {
    throw new AppError('callback_err', 'The browser came back with the token of another sign-in: start again');
  }
  return verifier;
}
