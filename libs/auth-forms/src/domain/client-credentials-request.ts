import { type AuthSubject, scopesOf } from '#libs/auth-modes';
import { addressOf, basicHeader, fieldsOf, privateKeyJwt, type TokenRequest, tokenUrlTemplate } from '#libs/token-http';
import { clientCertificate } from './client-certificate.js';
import { asTexts, filled, scopeOf } from './template-values.js';
import { bodyOf } from './token-body.js';

/** What somebody registered with a provider. */
export interface GivenClient {
  readonly id: string;
  readonly secret: string;
  readonly privateKey?: string | undefined;
  readonly certificate?: string | undefined;
}

type Texts = Readonly<Record<string, string>>;

/** The request of a client that asks for itself (spec/auth.md §2.7). */
export async function clientCredentialsRequest(subject: AuthSubject, client: GivenClient): Promise<TokenRequest> {
  const { provider, connectionConfig } = subject;
  const encode = provider.token_url_skip_encode?.includes('base_url') ? (value: string) => value : undefined;
  const url = addressOf(tokenUrlTemplate(provider), connectionConfig, 'token_url', encode);
  const { headers, ...proof } = await proofOf(subject, client, url);
  const body = bodyOf(provider.body_format ?? 'form', { ...proof.fields, ...paramsOf(subject) });
  return { url, ...body, headers: { ...body.headers, ...headers }, client: clientCertificate(client) };
}

interface Proof {
  readonly fields: Texts;
  readonly headers?: Texts;
}

/** How the client proves itself: in one place only, unlike with a code. */
async function proofOf({ provider }: AuthSubject, client: GivenClient, url: string): Promise<Proof> {
  const { id, secret } = client;
  switch (provider.token_request_auth_method) {
    case 'basic':
      return { fields: {}, headers: { authorization: basicHeader(id, secret) } };
    case 'custom':
      return { fields: { username: id, password: secret } };
    case 'private_key_jwt':
      return { fields: await privateKeyJwt(id, client.privateKey ?? secret, url) };
    default:
      return { fields: { client_id: id, ...(secret !== '' && { client_secret: secret }) } };
  }
}

function paramsOf({ provider, integration, connectionConfig }: AuthSubject): Record<string, unknown> {
  const scopes = requestedScopes({ provider, integration, connectionConfig });
  const params = {
    grant_type: 'client_credentials',
    ...filled(provider.token_params, scopeOf({ credentials: {}, connectionConfig }, new Date(), '')),
    ...(scopes.length > 0 && { scope: scopes.join(provider.scope_separator ?? ' ') }),
    ...asTexts(fieldsOf(connectionConfig['authorization_params'])),
  };
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== 'undefined'));
}

/** The connection's scopes, else the integration's; those of the catalogue for providers that give no token without. */
function requestedScopes({ provider, integration, connectionConfig }: AuthSubject): readonly string[] {
  const own = connectionConfig['oauth_scopes'] ?? connectionConfig['oauth_scopes_override'];
  const scopes = scopesOf({ integration, connectionConfig: { oauth_scopes_override: own } });
  return scopes.length > 0 ? scopes : (provider.default_scopes ?? []);
}
