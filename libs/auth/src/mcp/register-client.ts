import { AppError } from '#libs/kernel';
import type { Provider } from '#libs/providers';
import { requestToken, type TokenHttp } from '#libs/token-http';
import { type RegisteredClient, registeredClient } from './domain/server-metadata.js';

export interface ClientToRegister {
  readonly redirectUris: readonly string[];
  /** `<team> - <env> - <provider>`. */
  readonly clientName: string;
}

/**
 * Registers a client with a provider whose clients register themselves (RFC 7591, spec/auth.md §2.16): once, when an integration is
 * made.
 * @throws AppError `provider_config_err` when the catalogue names no address for it, `token_err` when the provider refuses
 */
export function registerClient(
  http: TokenHttp,
  { name, registration_url: url, registration_params: params = {} }: Provider,
  client: ClientToRegister,
): Promise<RegisteredClient> {
  if (url === undefined) throw new AppError('provider_config_err', `the catalogue entry ${name} has no registration_url`);
  return registerAt(http, url, client, params);
}

/** Errors as of `registerClient`. */
export async function registerAt(
  http: TokenHttp,
  url: string,
  { redirectUris, clientName }: ClientToRegister,
  params: Readonly<Record<string, unknown>> = {},
): Promise<RegisteredClient> {
  const json = {
    client_name: clientName,
    redirect_uris: redirectUris,
    grant_types: params['grant_types'] ?? ['authorization_code', 'refresh_token'],
    response_types: params['response_types'] ?? ['code'],
    token_endpoint_auth_method: 'none',
  };
  const { body } = await requestToken(http, { url, json }, 'token_err');
  const parsed = registeredClient.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new AppError('token_err', 'The provider registered no client: its answer holds no client_id', {
    payload: { permanent: false },
  });
}
