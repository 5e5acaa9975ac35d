import type { AuthSubject, Credentials } from '#libs/auth-modes';
import { AppError } from '#libs/kernel';
import type { OAuthClient } from '../client-authentication.js';
import { fieldsOf, textOf } from './values.js';

type Subject = Pick<AuthSubject, 'integration' | 'connectionConfig'>;

/** The client that a connection brought along (spec/auth.md §3.4). */
const overridden = (id: unknown, secret: unknown) => ({ id: textOf(id), secret: textOf(secret) });

/**
 * Who asks for a new connection's token: the client given with it, else the integration's.
 * @throws AppError `provider_config_err` when the integration has none
 */
export function clientOf({ integration, connectionConfig }: Subject): OAuthClient {
  const own = overridden(connectionConfig['oauth_client_id_override'], connectionConfig['oauth_client_secret_override']);
  return complete(own, integration);
}

/** Who asks for an existing connection's token. Errors as of `clientOf`. */
export function clientOfCredentials({ integration }: Pick<AuthSubject, 'integration'>, credentials: Credentials): OAuthClient {
  const own = fieldsOf(credentials['config_override']);
  return complete(overridden(own['client_id'], own['client_secret']), integration);
}

function complete(own: ReturnType<typeof overridden>, { uniqueKey, credentials }: AuthSubject['integration']): OAuthClient {
  const id = own.id ?? textOf(credentials?.['client_id']);
  if (id === undefined) {
    throw new AppError(
      'provider_config_err',
      `the integration ${uniqueKey} has no client id: set it in the integration's settings`,
    );
  }
  // A secret belongs to its client: that of the integration is not sent with somebody else's id.
  return { id, secret: own.secret ?? (own.id === undefined ? textOf(credentials?.['client_secret']) : undefined) };
}
