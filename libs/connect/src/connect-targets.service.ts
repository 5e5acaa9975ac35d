import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { type Caller, Environments } from '#libs/accounts';
import { type Connection, ConnectionConfigs, type Integration, Integrations } from '#libs/credentials';
import { AppError, type EnvironmentId } from '#libs/kernel';
import { Catalogue, type Provider } from '#libs/providers';
import type { Config, ConnectPlan, ConnectRequest, ConnectTarget } from './connect.types.js';
import { fixedConfig, initialConfig, toldFields } from './domain/connection-config.js';
import { checkHmac } from './domain/hmac.js';

interface Planned extends ConnectTarget {
  /** Configuration of the connection to renew. */
  readonly stored: Config;
}

/** Finds what an attempt to connect is about, and whether its caller may make it (spec/auth.md §2.1). */
@Injectable()
export class ConnectTargets {
  constructor(
    private readonly environments: Environments,
    private readonly integrations: Integrations,
    private readonly connections: ConnectionConfigs,
    private readonly catalogue: Catalogue,
  ) {}

  /**
   * @param isMode whether the flow is one for this auth mode
   * @throws AppError `missing_hmac`, `invalid_hmac`, `unknown_provider_config`, `unknown_provider_template`, `invalid_auth_mode`,
   * `integration_not_allowed`, `invalid_connection`
   */
  async plan(
    caller: Caller,
    providerConfigKey: string,
    request: ConnectRequest & { readonly overrides?: Config | undefined },
    isMode: (provider: Provider) => boolean,
    operationId: string,
  ): Promise<Planned> {
    await this.#checkOrigin(caller, providerConfigKey, request);
    const { integration, provider } = await this.#find(caller.environmentId, providerConfigKey);
    if (!isMode(provider)) throw new AppError('invalid_auth_mode');
    checkAllowed(caller, providerConfigKey);
    const renewed = await this.#renewed(caller, integration);
    const stored = renewed?.connectionConfig ?? {};
    const plan = planOf(caller, { integration, provider }, request, renewed, operationId);
    return { plan, integration, provider, stored };
  }

  /** What a plan is about, later on. @throws AppError `unknown_provider_config`, `unknown_provider_template` */
  async reload(plan: ConnectPlan): Promise<ConnectTarget> {
    const found = await this.#find(plan.environmentId, plan.providerConfigKey);
    if (found.integration.id !== plan.integrationId) throw unknownConfig(plan.providerConfigKey);
    return { ...found, plan };
  }

  /** Sessions prove themselves; a page with a public key may have to. */
  async #checkOrigin(caller: Caller, providerConfigKey: string, { connectionId, hmac }: ConnectRequest): Promise<void> {
    if (caller.session) return;
    const { hmac: rule } = await this.environments.get(caller.environmentId);
    if (rule.enabled) checkHmac(rule.key, providerConfigKey, connectionId, hmac);
  }

  async #find(environmentId: EnvironmentId, providerConfigKey: string) {
    const integration = await this.integrations.find(environmentId, providerConfigKey);
    if (!integration) throw unknownConfig(providerConfigKey);
    const provider = this.catalogue.get(integration.provider);
    if (!provider) throw new AppError('unknown_provider_template', `the catalogue has no provider ${integration.provider}`);
    return { integration, provider };
  }

  /** The connection the caller's session renews. */
  async #renewed({ environmentId, session }: Caller, integration: Integration): Promise<Connection | undefined> {
    if (!session?.reconnects) return undefined;
    const connection = await this.connections.findByRow(environmentId, session.reconnects);
    if (connection?.integrationId !== integration.id) throw new AppError('invalid_connection');
    return connection;
  }
}

const unknownConfig = (key: string): AppError => new AppError('unknown_provider_config', `there is no integration ${key}`);

function checkAllowed({ session }: Caller, providerConfigKey: string): void {
  if (session?.allowedIntegrations && !session.allowedIntegrations.includes(providerConfigKey)) {
    throw new AppError('integration_not_allowed');
  }
}

function planOf(
  { environmentId, session }: Caller,
  { integration, provider }: Omit<ConnectTarget, 'plan'>,
  request: ConnectRequest & { readonly overrides?: Config | undefined },
  renewed: Connection | undefined,
  operationId: string,
): ConnectPlan {
  const defaults = session && (session.defaults[integration.uniqueKey]?.connection_config ?? {});
  const { params = {}, overrides = {} } = request;
  const fields = provider.connection_config ?? {};
  const sources = { fields, told: toldFields(provider), stored: renewed?.connectionConfig ?? {}, params, overrides, defaults };
  return {
    environmentId,
    integrationId: integration.id,
    providerConfigKey: integration.uniqueKey,
    connectionId: renewed?.connectionId ?? request.connectionId ?? randomUUID(),
    reconnects: renewed?.id,
    connectionConfig: initialConfig(sources),
    fixedConfig: fixedConfig(defaults),
    endUser: session?.endUser ?? undefined,
    tags: session && Object.keys(session.tags).length > 0 ? session.tags : undefined,
    webhookUrlOverride: session?.webhookUrlOverride ?? undefined,
    operationId,
  };
}
