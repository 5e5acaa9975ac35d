import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Environments } from '#libs/accounts';
import {
  type ConnectionListener,
  ConnectionListeners,
  type ConnectionRefused,
  type ConnectionSaved,
  type RefreshChanged,
} from '#libs/credentials';
import { Database, type Transaction } from '#libs/database';
import { Deliveries } from '#libs/deliveries';
import type { ConnectionRowId, EnvironmentId } from '#libs/kernel';
import { type AuthEvent, authPayload, isWanted } from './domain/auth-event.js';

/** Whom an event is about, where it is known. */
export interface AuthEventScope {
  readonly environmentId: EnvironmentId;
  /** Where the connection names a webhook URL of its own, that one alone is called. */
  readonly connectionRowId?: ConnectionRowId | undefined;
  /** The URL that a Connect session names, for connections that never came to be. */
  readonly webhookUrlOverride?: string | null | undefined;
  readonly operationId?: string | undefined;
}

/** Tells customers what becomes of their connections' credentials (spec/api.md §6.3). */
@Injectable()
export class AuthWebhooks implements ConnectionListener, OnModuleInit {
  constructor(
    private readonly db: Database,
    private readonly environments: Environments,
    private readonly deliveries: Deliveries,
    private readonly listeners: ConnectionListeners,
  ) {}

  onModuleInit(): void {
    this.listeners.register(this);
  }

  /** In the transaction that saves the connection. */
  async connectionSaved(tx: Transaction, saved: ConnectionSaved): Promise<void> {
    const { ref, operation, authMode, tags, endUser } = saved;
    const { connectionId, providerConfigKey, provider, environmentId, id } = ref;
    const event = { operation, connectionId, providerConfigKey, authMode, provider, tags, endUser };
    await this.store(tx, { environmentId, connectionRowId: id }, event);
  }

  /** In the transaction that removes the connection, or marks it. */
  async connectionRefused(tx: Transaction, refused: ConnectionRefused): Promise<void> {
    const { ref, operation, authMode, tags, endUser, error, operationId } = refused;
    const { connectionId, providerConfigKey, provider, environmentId, id, webhookUrlOverride } = ref;
    const event = { operation, connectionId, providerConfigKey, authMode, provider, tags, endUser, error };
    const connectionRowId = operation === 'override' ? id : undefined;
    await this.store(tx, { environmentId, connectionRowId, webhookUrlOverride, operationId }, event);
  }

  /** In the transaction that counts the failure, or clears it. */
  async refreshChanged(tx: Transaction, changed: RefreshChanged): Promise<void> {
    const { ref, authMode, tags, error, operationId } = changed;
    const { connectionId, providerConfigKey, provider, environmentId, id } = ref;
    const event = { operation: 'refresh', connectionId, providerConfigKey, authMode, provider, tags, error } as const;
    await this.store(tx, { environmentId, connectionRowId: id, operationId }, event);
  }

  /** Accepts an event for delivery with the caller's transaction, if the environment wants to hear of it. */
  async store(tx: Transaction, scope: AuthEventScope, event: AuthEvent): Promise<void> {
    const environment = await this.environments.get(scope.environmentId, tx);
    if (!isWanted(event, environment.webhookSettings)) return;
    await this.deliveries.store(tx, {
      environmentId: scope.environmentId,
      connectionRowId: scope.connectionRowId,
      type: 'auth',
      payload: authPayload(event, environment.name),
      urls: scope.webhookUrlOverride ? [scope.webhookUrlOverride] : undefined,
      operationId: scope.operationId,
    });
  }

  /** As `store`, in a transaction of its own: for events that change nothing, such as a connection that failed to be. */
  send(scope: AuthEventScope, event: AuthEvent): Promise<void> {
    return this.db.transaction((tx) => this.store(tx, scope, event));
  }
}
