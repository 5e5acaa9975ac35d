import type { AuthMode, AuthSubject, BeginRequest, Begun, Credentials, FinishRequest, Minted } from '#libs/auth-modes';
import { AppError } from '#libs/kernel';
import { fieldsOf, textOf, type TokenHttp } from '#libs/token-http';
import { OAuth2Mode } from '../oauth2/oauth2.mode.js';
import { withoutReserved } from './domain/reserved-params.js';

/**
 * OAuth of MCP servers whose addresses the catalogue knows (spec/auth.md §2.16): a public client with PKCE, registered when the
 * integration was made, given by the developer, or known by the address of our metadata document.
 */
export class McpMode implements AuthMode {
  readonly #oauth: OAuth2Mode;

  constructor(http: TokenHttp) {
    this.#oauth = new OAuth2Mode(http);
  }

  async begin(subject: AuthSubject, request: BeginRequest): Promise<Begun> {
    const metadataUrl = subject.provider.client_registration === 'cimd' ? metadataUrlOf(request) : undefined;
    const { url, memory } = await this.#oauth.begin(known(subject, metadataUrl), withoutReserved(request));
    return { url, memory: metadataUrl === undefined ? memory : { ...memory, clientId: metadataUrl } };
  }

  async finish(subject: AuthSubject, request: FinishRequest): Promise<Minted> {
    const clientId = textOf(request.memory['clientId']);
    const minted = await this.#oauth.finish(known(subject, clientId), request);
    if (clientId === undefined) return minted;
    return { ...minted, connectionConfig: { ...minted.connectionConfig, oauth_client_info: { client_id: clientId } } };
  }

  isRenewable(subject: AuthSubject, credentials: Credentials): boolean {
    return this.#oauth.isRenewable(subject, credentials);
  }

  refresh(subject: AuthSubject, credentials: Credentials): Promise<Minted | null> {
    const { client_id: clientId } = fieldsOf(subject.connectionConfig['oauth_client_info']);
    return this.#oauth.refresh(known(subject, textOf(clientId)), credentials);
  }
}

/** PKCE is not to be switched off; a client of our own stands in for the integration's. */
function known({ provider, integration, connectionConfig }: AuthSubject, clientId: string | undefined): AuthSubject {
  const own =
    clientId === undefined ? integration.credentials : { type: 'MCP_OAUTH2', client_id: clientId, scopes: scopesOf(integration) };
  return { connectionConfig, provider: { ...provider, disable_pkce: false }, integration: { ...integration, credentials: own } };
}

const scopesOf = ({ credentials }: AuthSubject['integration']) => credentials?.['scopes'];

function metadataUrlOf({ clientMetadataUrl }: BeginRequest): string {
  if (clientMetadataUrl !== undefined) return clientMetadataUrl;
  throw new AppError(
    'provider_config_err',
    'this provider reads our client metadata, which needs NANGO_SERVER_URL to be an https address',
  );
}
