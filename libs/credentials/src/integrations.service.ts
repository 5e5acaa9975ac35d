import { Injectable } from '@nestjs/common';
import { Database, isDuplicate, type Sql } from '#libs/database';
import { AppError, type EnvironmentId } from '#libs/kernel';
import { Catalogue } from '#libs/providers';
import { ConnectionListeners } from './connection-listeners.js';
import { ConnectionsRepository } from './connections.repository.js';
import type { Integration, IntegrationChanges, NewIntegration } from './credentials.types.js';
import { integrationIssues, mergeCredentials, type ProviderRules } from './domain/integration-rules.js';
import { type IntegrationFields, IntegrationsRepository } from './integrations.repository.js';
import { Leases } from './leases.js';

/** Integrations of an environment: which providers its connections may belong to (spec/api.md §3.2). */
@Injectable()
export class Integrations {
  constructor(
    private readonly db: Database,
    private readonly integrations: IntegrationsRepository,
    private readonly connections: ConnectionsRepository,
    private readonly catalogue: Catalogue,
    private readonly listeners: ConnectionListeners,
    private readonly leases: Leases,
  ) {}

  find(environmentId: EnvironmentId, uniqueKey: string): Promise<Integration | null> {
    return this.integrations.find(environmentId, uniqueKey);
  }

  /** @throws AppError `not_found` */
  async get(environmentId: EnvironmentId, uniqueKey: string): Promise<Integration> {
    return (await this.find(environmentId, uniqueKey)) ?? notFound(uniqueKey);
  }

  /** Oldest first. */
  list(environmentId: EnvironmentId): Promise<Integration[]> {
    return this.integrations.list(environmentId);
  }

  /** @throws AppError `invalid_body`: unknown provider, key taken, credentials or settings that do not fit the provider */
  async create(environmentId: EnvironmentId, given: NewIntegration): Promise<Integration> {
    const provider = this.catalogue.get(given.provider);
    if (!provider) throw refused('invalid_string', `no provider ${given.provider}`, 'provider');
    check(provider, given, true);
    const created = await this.integrations.insert(environmentId, given.provider, {
      uniqueKey: given.uniqueKey,
      displayName: given.displayName ?? null,
      forwardWebhooks: given.forwardWebhooks ?? true,
      credentials: given.credentials ?? null,
      custom: { ...given.custom, ...given.integrationConfig },
    });
    if (!created) throw refused('invalid_string', `an integration ${given.uniqueKey} exists`, 'uniqueKey');
    return created;
  }

  /** @throws AppError `not_found`; `invalid_body` as for `create`, and for a new key while connections exist */
  async update(environmentId: EnvironmentId, uniqueKey: string, changes: IntegrationChanges): Promise<Integration> {
    return this.db.transaction(async (tx) => {
      const stored = (await this.integrations.lock(tx, environmentId, uniqueKey, 'UPDATE')) ?? notFound(uniqueKey);
      const provider = this.catalogue.get(stored.provider);
      if (provider) check(provider, changes, false);
      tx.afterCommit(() => this.leases.integrationChanged(stored));
      return this.#write(tx, stored, {
        uniqueKey: changes.uniqueKey ?? stored.uniqueKey,
        displayName: changes.displayName ?? stored.displayName,
        forwardWebhooks: changes.forwardWebhooks ?? stored.forwardWebhooks,
        credentials: mergeCredentials(stored.credentials, changes.credentials),
        custom: { ...stored.custom, ...changes.custom, ...changes.integrationConfig },
      });
    });
  }

  /** Soft-deletes the integration with its connections; listeners hear of each. @throws AppError `not_found` */
  async remove(environmentId: EnvironmentId, uniqueKey: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      const integration = (await this.integrations.lock(tx, environmentId, uniqueKey, 'UPDATE')) ?? notFound(uniqueKey);
      tx.afterCommit(() => this.leases.integrationChanged(integration));
      for (const ref of await this.connections.markDeletedByIntegration(tx, integration)) {
        await this.listeners.connectionDeleted(tx, ref);
      }
      await this.integrations.markDeleted(tx, integration);
      await this.listeners.integrationDeleted(tx, integration);
    });
  }

  async #write(tx: Sql, stored: Integration, fields: IntegrationFields): Promise<Integration> {
    if (fields.uniqueKey !== stored.uniqueKey && (await this.integrations.hasConnections(tx, stored.id))) {
      throw new AppError('invalid_body', 'an integration that has connections cannot be renamed');
    }
    try {
      return await this.integrations.update(tx, stored, fields);
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      throw new AppError('invalid_body', `an integration ${fields.uniqueKey} exists`, { cause: error });
    }
  }
}

function check(provider: ProviderRules, given: IntegrationChanges, isNew: boolean): void {
  const issues = integrationIssues(provider, given, isNew);
  if (issues.length > 0) throw new AppError('invalid_body', '', { issues });
}

const refused = (code: string, message: string, field: string): AppError =>
  new AppError('invalid_body', '', { issues: [{ code, message, path: [field] }] });

function notFound(uniqueKey: string): never {
  throw new AppError('not_found', `no integration ${uniqueKey}`);
}
