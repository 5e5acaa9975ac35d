import { type AuthSubject, type Credentials, type Minted, overriddenScopes } from '#libs/auth-modes';
import { AppError } from '#libs/kernel';
import { inputIssues, type Provider } from '#libs/providers';
import { fieldsOf, textOf } from '#libs/token-http';

type Config = Readonly<Record<string, unknown>>;

/**
 * Parts of the callback's query that the catalogue wants kept. Anybody can write a query, and such a value may become the address that
 * secrets are sent to: where the catalogue declares its form, it must have it.
 * @throws AppError `callback_err`
 */
export function callbackMetadata(
  {
    redirect_uri_metadata: names = [],
    connection_config: fields = {},
  }: Pick<Provider, 'redirect_uri_metadata' | 'connection_config'>,
  query: Readonly<Record<string, string>>,
): Config {
  const kept = Object.fromEntries(names.filter((name) => query[name] !== undefined).map((name) => [name, query[name]]));
  const declared = Object.fromEntries(
    Object.entries(fields)
      .filter(([name]) => Object.hasOwn(kept, name))
      .map(([name, field]) => [name, { ...field, automated: false, hidden: false }]),
  );
  const [problem] = inputIssues(declared, kept, []);
  if (problem)
    throw new AppError('callback_err', `The provider sent an unexpected ${problem.path.join('.')}: it ${problem.message}`);
  return kept;
}

/** Moves what was given for this connection alone to where it belongs (spec/auth.md §3.4). */
export function withOverrides({ credentials, connectionConfig }: Minted, given: AuthSubject['connectionConfig']): Minted {
  const id = textOf(given['oauth_client_id_override']);
  const secret = textOf(given['oauth_client_secret_override']);
  const refreshToken = textOf(given['oauth_refresh_token_override']);
  const scopes = overriddenScopes(given);
  const client = id === undefined && secret === undefined ? {} : { config_override: { client_id: id, client_secret: secret } };
  return {
    credentials: { ...(refreshToken === undefined ? credentials : withRefreshToken(credentials, refreshToken)), ...client },
    connectionConfig: {
      ...connectionConfig,
      ...(scopes && { oauth_scopes_override: scopes }),
      ...(refreshToken !== undefined && { overrideTokenRefresh: true }),
      ...removed(given, ['oauth_client_id_override', 'oauth_client_secret_override', 'oauth_refresh_token_override']),
    },
  };
}

const withRefreshToken = (credentials: Credentials, refreshToken: string): Credentials => ({
  ...credentials,
  refresh_token: refreshToken,
  raw: { ...fieldsOf(credentials['raw']), refresh_token: refreshToken },
});

const removed = (given: Config, names: readonly string[]): Config =>
  Object.fromEntries(names.filter((name) => Object.hasOwn(given, name)).map((name) => [name, undefined]));
