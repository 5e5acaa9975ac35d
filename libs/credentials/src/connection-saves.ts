import { Inject, Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type { Credentials } from '#libs/auth-modes';
import { Database, type Transaction } from '#libs/database';
import { AppError, type ConnectionRowId } from '#libs/kernel';
import type { Provider } from '#libs/providers';
import { ConnectionAnnouncements, type SavedEvent } from './connection-announcements.js';
import { type ConnectionFields, ConnectionsRepository } from './connections.repository.js';
import { CREDENTIAL_TEST, type CredentialTest } from './credential-test.js';
import type { Connection, ConnectionEndUser, Integration } from './credentials.types.js';
import { connectionTags } from './domain/connection-tags.js';
import { isTriedFirst } from './domain/import-rules.js';
import { nextRefreshAt } from './domain/refresh-schedule.js';
import { splitConfig } from './domain/secret-config.js';
import { IntegrationsRepository } from './integrations.repository.js';
import { toLease } from './lease.presenter.js';
import { Leases } from './leases.js';

/** Credentials somebody has just given or got, and what they are kept with. */
export interface ConnectionToSave {
  readonly integration: Integration;
  readonly provider: Provider;
  /** A UUID v4 is made where it is absent. */
  readonly connectionId?: string | undefined;
  /** The row whose credentials these replace; refused when it is gone. Its id wins over `connectionId`. */
  readonly reconnects?: ConnectionRowId | undefined;
  readonly credentials: Credentials;
  /** Replaces the stored one. While it says `pending`, listeners hear nothing of the connection: it is created once that is over. */
  readonly connectionConfig: Readonly<Record<string, unknown>>;
  /** These stay as they are stored where they are undefined. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly webhookUrlOverride?: string | null | undefined;
  readonly endUser?: ConnectionEndUser | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Tell listeners of the end user: the connection comes through Connect. */
  readonly throughConnect?: boolean;
  /** The provider will be asked for more: whoever saves says `completed` then. */
  readonly isCompletedLater?: boolean;
  /** What the attempt is written down as. */
  readonly operationId?: string | undefined;
}

export interface SavedConnection {
  readonly rowId: ConnectionRowId;
  readonly connectionId: string;
  readonly operation: 'creation' | 'override';
  /** Of the credentials that were saved. */
  readonly credentialsVersion: number;
}

const FIRST_VERSION = 1;

/** Makes connections, or replaces the credentials of existing ones: the one way all imports and auth flows end. */
@Injectable()
export class ConnectionSaves {
  constructor(
    private readonly db: Database,
    private readonly integrations: IntegrationsRepository,
    private readonly connections: ConnectionsRepository,
    private readonly announcements: ConnectionAnnouncements,
    private readonly leases: Leases,
    @Inject(CREDENTIAL_TEST) private readonly test: CredentialTest,
  ) {}

  /**
   * The provider is asked before the transaction begins, functions that may refuse the connection after it: no lock is held across HTTP.
   * @throws AppError `connection_test_failed`, `connection_validation_failed`; `not_found` when the integration goes meanwhile; `invalid_connection` when the
   * connection to reconnect does
   */
  async save(given: ConnectionToSave): Promise<SavedConnection> {
    const connectionId = given.connectionId ?? randomUUID();
    await this.#try(given, connectionId);
    const isValidated = !isPending(given) && (await this.announcements.isValidated(given.integration));
    const made = await this.db.transaction((tx) => this.#makeKnown(tx, given, connectionId, isValidated));
    if (made.validation) await this.announcements.validate(made.event, made.validation);
    return made.saved;
  }

  /** All that could be learnt of a saved connection was (`isCompletedLater`). */
  completed(integration: Integration, { rowId, connectionId }: SavedConnection): Promise<void> {
    return this.announcements.completed(refOf(integration, rowId, connectionId, null));
  }

  async #try(given: ConnectionToSave, connectionId: string): Promise<void> {
    if (!isTriedFirst(given.credentials)) return;
    const candidate = candidateOf(given, connectionId);
    if ((await this.test(toLease(given.integration, candidate, given.provider))) === 'failed') {
      throw new AppError('connection_test_failed', 'the provider did not accept these credentials');
    }
  }

  /** Saves the connection, and tells of it unless that is for later. */
  async #makeKnown(tx: Transaction, given: ConnectionToSave, connectionId: string, isValidated: boolean) {
    const saved = await this.#save(tx, given, connectionId);
    const event = eventOf(given, saved);
    tx.afterCommit(() => this.leases.changed(event.ref));
    if (isValidated) return { saved, event, validation: await this.announcements.hold(tx, event) };
    if (!isPending(given)) await this.announcements.announce(tx, event);
    return { saved, event };
  }

  /** Two that make one new connection: one inserts, the other waits for it and overwrites. */
  async #save(tx: Transaction, given: ConnectionToSave, connectionId: string): Promise<SavedConnection> {
    const { environmentId, uniqueKey } = given.integration;
    const integration = await this.integrations.lock(tx, environmentId, uniqueKey, 'SHARE');
    if (integration?.id !== given.integration.id) throw new AppError('not_found', `no integration ${uniqueKey}`);
    const fields = fieldsOf(given);
    for (;;) {
      const existing = await this.#existing(tx, integration, given, connectionId);
      if (existing) {
        const credentialsVersion = await this.connections.overwrite(tx, integration, existing.id, fields);
        const operation = existing.isPending ? 'creation' : 'override';
        return { rowId: existing.id, connectionId: existing.connectionId, operation, credentialsVersion };
      }
      const rowId = await this.connections.insert(tx, integration, connectionId, fields);
      if (rowId === null) continue;
      return { rowId, connectionId, operation: 'creation', credentialsVersion: FIRST_VERSION };
    }
  }

  async #existing(tx: Transaction, integration: Integration, { reconnects }: ConnectionToSave, connectionId: string) {
    if (reconnects === undefined) return this.connections.lock(tx, integration, connectionId);
    const row = await this.connections.lockRow(tx, integration, reconnects);
    if (!row) throw new AppError('invalid_connection', 'the connection to renew was deleted meanwhile');
    return row;
  }
}

const isPending = ({ connectionConfig }: ConnectionToSave): boolean => connectionConfig['pending'] === true;

const refOf = (integration: Integration, id: ConnectionRowId, connectionId: string, webhookUrlOverride: string | null) => ({
  id,
  integrationId: integration.id,
  environmentId: integration.environmentId,
  connectionId,
  providerConfigKey: integration.uniqueKey,
  provider: integration.provider,
  webhookUrlOverride,
});

/** What listeners hear of it. */
function eventOf(given: ConnectionToSave, saved: SavedConnection): SavedEvent {
  return {
    ref: refOf(given.integration, saved.rowId, saved.connectionId, given.webhookUrlOverride ?? null),
    operation: saved.operation,
    authMode: given.provider.auth_mode,
    tags: tagsOf(given) ?? {},
    endUser: given.throughConnect ? given.endUser : undefined,
    isCompletedLater: given.isCompletedLater ?? false,
    operationId: given.operationId,
  };
}

const tagsOf = ({ endUser, tags }: ConnectionToSave): Record<string, string> | undefined =>
  endUser || tags ? connectionTags(endUser, tags) : undefined;

const fieldsOf = (given: ConnectionToSave): ConnectionFields => ({
  credentials: given.credentials,
  ...splitConfig(given.provider.connection_config, given.connectionConfig),
  nextRefreshAt: nextRefreshAt(given.credentials, given.provider, new Date(), Math.random()),
  metadata: given.metadata,
  webhookUrlOverride: given.webhookUrlOverride,
  endUser: given.endUser,
  tags: tagsOf(given),
});

/** The connection as it would be, for a test of its credentials. */
function candidateOf(given: ConnectionToSave, connectionId: string): Connection {
  const now = new Date();
  return {
    id: 0,
    integrationId: given.integration.id,
    environmentId: given.integration.environmentId,
    connectionId,
    providerConfigKey: given.integration.uniqueKey,
    provider: given.integration.provider,
    webhookUrlOverride: null,
    credentials: given.credentials,
    connectionConfig: given.connectionConfig,
    publicConfig: splitConfig(given.provider.connection_config, given.connectionConfig).connectionConfig,
    metadata: given.metadata ?? null,
    tags: tagsOf(given) ?? {},
    endUser: given.endUser ?? null,
    errors: [],
    version: 0,
    credentialsVersion: 0,
    refresh: { failedAt: null, savedAt: null, attempts: 0, exhausted: false },
    createdAt: now,
    updatedAt: now,
    lastFetchedAt: null,
  };
}
