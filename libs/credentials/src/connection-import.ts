import { Injectable } from '@nestjs/common';
import { AuthModes, type Minted } from '#libs/auth-modes';
import { AppError, type ConnectionRowId, type EnvironmentId } from '#libs/kernel';
import { Catalogue, type Provider } from '#libs/providers';
import { ConnectionSaves } from './connection-saves.js';
import type { Integration, NewConnection } from './credentials.types.js';
import { importIssues, refuseIssues, storedCredentials } from './domain/import-rules.js';
import { IntegrationsRepository } from './integrations.repository.js';

/** Saves credentials a customer already has as a connection. */
@Injectable()
export class ConnectionImport {
  constructor(
    private readonly integrations: IntegrationsRepository,
    private readonly catalogue: Catalogue,
    private readonly saves: ConnectionSaves,
    private readonly modes: AuthModes,
  ) {}

  /** See `Connections.import`. */
  async run(environmentId: EnvironmentId, given: NewConnection): Promise<ConnectionRowId> {
    const integration = await this.integrations.find(environmentId, given.providerConfigKey);
    if (!integration) throw new AppError('not_found', `no integration ${given.providerConfigKey}`);
    const provider = this.catalogue.get(integration.provider);
    if (!provider) throw new AppError('not_found', `the catalogue has no provider ${integration.provider}`);
    const connectionConfig = given.connectionConfig ?? {};
    refuseIssues(importIssues(provider, given.credentials, connectionConfig));
    const minted = await this.#credentials(integration, provider, given.credentials, connectionConfig);
    const { rowId } = await this.saves.save({
      integration,
      provider,
      connectionId: given.connectionId,
      credentials: minted.credentials,
      connectionConfig: { ...connectionConfig, ...minted.connectionConfig },
      metadata: given.metadata,
      webhookUrlOverride: given.webhookUrlOverride === undefined ? undefined : given.webhookUrlOverride || null,
      endUser: given.endUser,
      tags: given.tags,
      operationId: given.operationId,
    });
    return rowId;
  }

  /** An installation of an app is no credential yet: only the provider can make one of it. */
  async #credentials(
    integration: Integration,
    provider: Provider,
    given: NewConnection['credentials'],
    connectionConfig: Readonly<Record<string, unknown>>,
  ): Promise<Minted> {
    if (given.type !== 'APP' && given.type !== 'CUSTOM') return { credentials: storedCredentials(given) };
    const { installation_id } = given;
    // As if the user's browser had just come back from installing it.
    const returned = { callbackUrl: '', memory: {}, query: { installation_id }, isVouchedFor: true };
    return this.modes.finish({ provider, integration, connectionConfig }, returned);
  }
}
