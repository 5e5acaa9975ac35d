import {
  type AuthMode,
  type AuthSubject,
  type BeginRequest,
  type Begun,
  type Credentials,
  type FinishRequest,
  type Minted,
  overriddenScopes,
} from '#libs/auth-modes';
import { AppError } from '#libs/kernel';
import type { Provider } from '#libs/providers';
import { basicHeader, textOf, type TokenHttp } from '#libs/token-http';
import { written } from '../oauth2/domain/token-call.js';
import { OAuth2Mode } from '../oauth2/oauth2.mode.js';
import { type Discovered, discover } from './discovery.js';
import { withoutReserved } from './domain/reserved-params.js';
import { type RegisteredClient, registeredClient, type ServerMetadata, serverMetadata } from './domain/server-metadata.js';
import { registerAt } from './register-client.js';

/** What was learnt of an MCP server: it stays with the connection, for renewals. */
interface Learnt {
  readonly oauth_metadata: ServerMetadata;
  readonly oauth_client_info: RegisteredClient;
  readonly oauth_resource_url?: string | undefined;
}

/** OAuth of any MCP server: all that a catalogue entry says otherwise is discovered (spec/auth.md §2.16). */
export class McpGenericMode implements AuthMode {
  constructor(private readonly http: TokenHttp) {}

  async begin(subject: AuthSubject, request: BeginRequest): Promise<Begun> {
    const serverUrl = textOf(subject.connectionConfig['mcp_server_url']);
    if (serverUrl === undefined || !URL.canParse(serverUrl)) {
      throw new AppError(
        'url_param_err',
        'mcp_server_url is needed: the address of the MCP server, such as https://mcp.example.com/mcp',
      );
    }
    const found = await discover(this.http, serverUrl);
    const client = await this.#client(subject, found.metadata, request);
    const learnt = { oauth_metadata: found.metadata, oauth_client_info: client, oauth_resource_url: found.resource };
    const begun = await this.#oauth(learnt).begin(disguised(subject, learnt, scopesOf(subject, found)), withoutReserved(request));
    return { ...begun, memory: { ...begun.memory, ...learnt } };
  }

  async finish(subject: AuthSubject, request: FinishRequest): Promise<Minted> {
    const learnt = learntOf(request.memory);
    const { iss } = request.query;
    if (iss !== undefined && iss !== learnt.oauth_metadata.issuer) {
      throw new AppError('callback_err', 'The answer comes from another authorization server than was asked');
    }
    const minted = await this.#oauth(learnt).finish(disguised(subject, learnt), request);
    return { ...minted, connectionConfig: { ...minted.connectionConfig, ...learnt } };
  }

  isRenewable(_subject: AuthSubject, credentials: Credentials): boolean {
    return textOf(credentials['refresh_token']) !== undefined;
  }

  async refresh(subject: AuthSubject, credentials: Credentials): Promise<Minted | null> {
    if (!this.isRenewable(subject, credentials)) return null;
    const learnt = learntOf(subject.connectionConfig);
    return this.#oauth(learnt).refresh(disguised(subject, learnt), credentials);
  }

  /** Known by the address of our metadata, else registered for this connection, else given by the developer. */
  async #client(subject: AuthSubject, metadata: ServerMetadata, request: BeginRequest): Promise<RegisteredClient> {
    if (metadata.client_id_metadata_document_supported && request.clientMetadataUrl?.startsWith('https:')) {
      return { client_id: request.clientMetadataUrl };
    }
    const { registration_endpoint: registration } = metadata;
    if (registration !== undefined) {
      return registerAt(this.http, registration, { redirectUris: [request.callbackUrl], clientName: request.clientName });
    }
    const id = textOf(subject.integration.credentials?.['client_id']);
    if (id === undefined) {
      throw new AppError(
        'provider_config_err',
        'this MCP server registers no clients by itself: set a client id in the integration',
      );
    }
    return { client_id: id, client_secret: secretFor(subject) };
  }

  #oauth({ oauth_client_info: { token_endpoint_auth_method: method }, oauth_resource_url: resource }: Learnt): OAuth2Mode {
    return new OAuth2Mode(this.http, {
      request: ({ url, client: { id, secret }, fields }) => {
        const isBasic = method === 'client_secret_basic' && secret !== undefined;
        const inBody = { client_id: id, ...(secret !== undefined && { client_secret: secret }) };
        const headers = isBasic ? { authorization: basicHeader(encodeURIComponent(id), encodeURIComponent(secret)) } : {};
        return written('form', url, { ...(isBasic ? {} : inBody), ...fields, ...(resource && { resource }) }, headers);
      },
    });
  }
}

/**
 * The developer's secret is for one server; users name any, and would be sent it. It goes along only where the integration's settings
 * name the server too (`custom.mcp_server_url`).
 */
function secretFor({ integration: { custom, credentials }, connectionConfig }: AuthSubject): string | undefined {
  const isItsOwn = textOf(custom['mcp_server_url']) === connectionConfig['mcp_server_url'];
  return isItsOwn ? textOf(credentials?.['client_secret']) : undefined;
}

/** The connection as if the catalogue had known the server. */
function disguised(subject: AuthSubject, learnt: Learnt, scopes: readonly string[] = []): AuthSubject {
  const { oauth_metadata: metadata, oauth_client_info: client, oauth_resource_url: resource } = learnt;
  const provider: Provider = {
    ...subject.provider,
    authorization_url: metadata.authorization_endpoint,
    token_url: metadata.token_endpoint,
    authorization_params: { ...subject.provider.authorization_params, ...(resource && { resource }) },
    disable_pkce: false,
  };
  const credentials = {
    type: 'MCP_OAUTH2_GENERIC',
    client_id: client.client_id,
    client_secret: client.client_secret,
    scopes: scopes.join(','),
  };
  return { ...subject, provider, integration: { ...subject.integration, credentials } };
}

const scopesOf = ({ connectionConfig }: AuthSubject, { scopes }: Discovered): readonly string[] =>
  overriddenScopes(connectionConfig) ?? scopes;

/** @throws AppError `provider_config_err` when the connection was not made this way */
function learntOf(memory: Readonly<Record<string, unknown>>): Learnt {
  const metadata = serverMetadata.safeParse(memory['oauth_metadata']);
  const client = registeredClient.safeParse(memory['oauth_client_info']);
  const resource = textOf(memory['oauth_resource_url']);
  if (!metadata.success || !client.success) {
    throw new AppError(
      'provider_config_err',
      'the connection does not know its MCP server any more: the user must connect again',
    );
  }
  return { oauth_metadata: metadata.data, oauth_client_info: client.data, oauth_resource_url: resource };
}
