import { Inject, Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { Database, type Transaction } from '#libs/database';
import { AppError, type ConnectionRowId, type EnvironmentId } from '#libs/kernel';
import { Catalogue } from '#libs/providers';
import { ConnectionListeners } from './connection-listeners.js';
import { type ConnectionFields, ConnectionsRepository } from './connections.repository.js';
import { CREDENTIAL_TEST, type CredentialTest } from './credential-test.js';
import type { Connection, Integration, NewConnection } from './credentials.types.js';
import { connectionTags } from './domain/connection-tags.js';
import { importIssues, isTested, refuseIssues, storedCredentials } from './domain/import-rules.js';
import { IntegrationsRepository } from './integrations.repository.js';
import { toLease } from './lease.presenter.js';

/** Saves credentials a customer already has as a connection. */
@Injectable()
export class ConnectionImport {
  constructor(
    private readonly db: Database,
    private readonly integrations: IntegrationsRepository,
    private readonly connections: ConnectionsRepository,
    private readonly catalogue: Catalogue,
    private readonly listeners: ConnectionListeners,
    @Inject(CREDENTIAL_TEST) private readonly test: CredentialTest,
  ) {}

  /** See `Connections.import`. The provider is asked before the transaction begins: no lock is held across HTTP. */
  async run(environmentId: EnvironmentId, given: NewConnection): Promise<ConnectionRowId> {
    const integration = await this.integrations.find(environmentId, given.providerConfigKey);
    if (!integration) throw new AppError('not_found', `no integration ${given.providerConfigKey}`);
    const provider = this.catalogue.get(integration.provider);
    if (!provider) throw new AppError('not_found', `the catalogue has no provider ${integration.provider}`);
    const connectionConfig = given.connectionConfig ?? {};
    refuseIssues(importIssues(provider, given.credentials, connectionConfig));
    const fields: ConnectionFields = {
      credentials: storedCredentials(given.credentials),
      connectionConfig,
      metadata: given.metadata,
      webhookUrlOverride: given.webhookUrlOverride === undefined ? undefined : given.webhookUrlOverride || null,
      endUser: given.endUser,
      tags: given.endUser || given.tags ? connectionTags(given.endUser, given.tags) : undefined,
    };
    const connectionId = given.connectionId ?? randomUUID();
    await this.#try(integration, connectionId, fields, provider);
    return this.db.transaction((tx) => this.#save(tx, integration, connectionId, fields));
  }

  async #try(integration: Integration, connectionId: string, fields: ConnectionFields, provider: object): Promise<void> {
    if (!isTested(fields.credentials)) return;
    const now = new Date();
    const candidate: Connection = {
      id: 0,
      integrationId: integration.id,
      environmentId: integration.environmentId,
      connectionId,
      providerConfigKey: integration.uniqueKey,
      provider: integration.provider,
      webhookUrlOverride: null,
      credentials: fields.credentials,
      connectionConfig: fields.connectionConfig,
      metadata: fields.metadata ?? null,
      tags: fields.tags ?? {},
      endUser: fields.endUser ?? null,
      errors: [],
      version: 0,
      createdAt: now,
      updatedAt: now,
      lastFetchedAt: null,
    };
    if ((await this.test(toLease(integration, candidate, provider))) === 'failed') {
      throw new AppError('connection_test_failed', 'the provider did not accept these credentials');
    }
  }

  /** Two imports of one new connection: one inserts, the other waits for it and overwrites. */
  async #save(
    tx: Transaction,
    { environmentId, uniqueKey }: Integration,
    connectionId: string,
    fields: ConnectionFields,
  ): Promise<ConnectionRowId> {
    const integration = await this.integrations.lock(tx, environmentId, uniqueKey, 'SHARE');
    if (!integration) throw new AppError('not_found', `no integration ${uniqueKey}`);
    for (;;) {
      const existing = await this.connections.lock(tx, integration, connectionId);
      if (existing !== null) {
        await this.connections.overwrite(tx, integration, existing, fields);
        return existing;
      }
      const id = await this.connections.insert(tx, integration, connectionId, fields);
      if (id === null) continue;
      await this.listeners.connectionCreated(tx, {
        id,
        integrationId: integration.id,
        environmentId,
        connectionId,
        providerConfigKey: uniqueKey,
        provider: integration.provider,
        webhookUrlOverride: fields.webhookUrlOverride ?? null,
      });
      return id;
    }
  }
}
