import { Inject, Injectable } from '@nestjs/common';
import type { Caller, Environments } from '#libs/accounts';
import { registerClient } from '#libs/auth';
import type { IntegrationCredentials } from '#libs/auth-modes';
import type { ClientIdentities } from '#libs/connect';
import { type Integration, Integrations, type NewIntegration } from '#libs/credentials';
import { Catalogue, type Provider } from '#libs/providers';
import type { TokenHttp } from '#libs/token-http';

/** Registers a client for an integration to be; undefined where the provider wants none. */
export type ClientRegistration = (
  caller: Caller,
  providerConfigKey: string,
  provider: Provider,
) => Promise<IntegrationCredentials | undefined>;

/** Injection token of `ClientRegistration`. */
export const CLIENT_REGISTRATION = Symbol('client-registration');

/** Registers clients with MCP servers' authorization servers (spec/auth.md §2.16). */
export const clientRegistration =
  (identities: ClientIdentities, environments: Environments, http: TokenHttp): ClientRegistration =>
  async ({ environmentId }, providerConfigKey, provider) => {
    if (provider.auth_mode !== 'MCP_OAUTH2' || provider.client_registration !== 'dynamic') return undefined;
    const { callbackUrl, clientName } = await identities.of(environmentId, providerConfigKey, provider);
    const { outboundPolicy } = await environments.get(environmentId);
    const client = await registerClient(http.under(outboundPolicy), provider, { redirectUris: [callbackUrl], clientName });
    return { type: provider.auth_mode, client_id: client.client_id, client_secret: client.client_secret };
  };

/** Makes integrations, with the client that connections will need. */
@Injectable()
export class NewIntegrations {
  constructor(
    private readonly integrations: Integrations,
    private readonly catalogue: Catalogue,
    @Inject(CLIENT_REGISTRATION) private readonly register: ClientRegistration,
  ) {}

  /** Errors as of `Integrations.create`, and of `registerClient`. */
  async create(caller: Caller, given: NewIntegration): Promise<Integration> {
    const credentials = given.credentials ?? (await this.#registered(caller, given));
    return this.integrations.create(caller.environmentId, { ...given, credentials });
  }

  /** Nothing is registered for what will be refused anyway. */
  async #registered(caller: Caller, { provider: name, uniqueKey }: NewIntegration): Promise<IntegrationCredentials | undefined> {
    const provider = this.catalogue.get(name);
    if (!provider || (await this.integrations.find(caller.environmentId, uniqueKey))) return undefined;
    return this.register(caller, uniqueKey, provider);
  }
}
