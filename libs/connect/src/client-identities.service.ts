import { Inject, Injectable } from '@nestjs/common';
import { type Environment, Environments } from '#libs/accounts';
import { Integrations } from '#libs/credentials';
import { AppError, type EnvironmentId } from '#libs/kernel';
import { Catalogue, type Provider } from '#libs/providers';
import { CONNECT_OPTIONS, type ConnectOptions } from './connect.options.js';
import { MCP_MODES } from './domain/browser-modes.js';

/** What this server tells providers of itself. */
export interface ClientIdentity {
  /** Where a browser comes back to. */
  readonly callbackUrl: string;
  /** Only where providers can read it: over https. */
  readonly clientMetadataUrl: string | undefined;
  /** `<team> - <env> - <provider>`. */
  readonly clientName: string;
}

/** Addresses and names under which an environment's integrations are known at providers (spec/auth.md §2.16, §3.3). */
@Injectable()
export class ClientIdentities {
  constructor(
    private readonly environments: Environments,
    private readonly integrations: Integrations,
    private readonly catalogue: Catalogue,
    @Inject(CONNECT_OPTIONS) private readonly options: ConnectOptions,
  ) {}

  async of(environmentId: EnvironmentId, providerConfigKey: string, provider: Provider): Promise<ClientIdentity> {
    return this.#of(await this.environments.get(environmentId), providerConfigKey, provider);
  }

  /**
   * The client metadata document of an integration.
   * @throws AppError `feature_disabled` (no https, or a provider that reads none), `unknown_environment`, `unknown_provider_config`
   */
  async document(environmentUuid: string, providerConfigKey: string): Promise<Record<string, unknown>> {
    if (!this.#isHttps) throw new AppError('feature_disabled', 'client metadata needs NANGO_SERVER_URL to be an https address');
    const environment = await this.environments.getByUuid(environmentUuid);
    const integration = await this.integrations.find(environment.id, providerConfigKey);
    const provider = integration && this.catalogue.get(integration.provider);
    if (!provider) throw new AppError('unknown_provider_config', `there is no integration ${providerConfigKey}`);
    if (!MCP_MODES.has(provider.auth_mode)) throw new AppError('feature_disabled', `${provider.name} reads no client metadata`);
    const { callbackUrl, clientMetadataUrl, clientName } = this.#of(environment, providerConfigKey, provider);
    return {
      client_id: clientMetadataUrl,
      client_name: clientName,
      client_uri: this.options.serverUrl,
      redirect_uris: [callbackUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    };
  }

  get #isHttps(): boolean {
    return this.options.serverUrl.startsWith('https:');
  }

  #of(environment: Environment, providerConfigKey: string, provider: Provider): ClientIdentity {
    const { serverUrl } = this.options;
    const path = `/oauth/client-metadata/${environment.uuid}/${encodeURIComponent(providerConfigKey)}`;
    return {
      callbackUrl: environment.callbackUrl ?? `${serverUrl}/oauth/callback`,
      clientMetadataUrl: this.#isHttps ? `${serverUrl}${path}` : undefined,
      clientName: `${environment.accountName} - ${environment.name} - ${provider.display_name}`,
    };
  }
}
