import { Injectable } from '@nestjs/common';
import { Database } from '#libs/database';
import type { AppError } from '#libs/kernel';
import { type Operation, OperationLog } from '#libs/logs';
import { ConnectionListeners } from '../connection-listeners.js';
import type { Connection } from '../credentials.types.js';
import { Leases } from '../leases.js';
import { RefreshStates } from './refresh-states.repository.js';

/** What was tried: to renew a token, or whether credentials are still accepted. */
export type RefreshAction = 'refresh_token' | 'connection_test';

/** Writes down how renewing credentials went: in the row, in the operation log, and for listeners that tell the customer. */
@Injectable()
export class RefreshReports {
  constructor(
    private readonly db: Database,
    private readonly states: RefreshStates,
    private readonly listeners: ConnectionListeners,
    private readonly operations: OperationLog,
    private readonly leases: Leases,
  ) {}

  async failed(connection: Connection, authMode: string, action: RefreshAction, error: AppError): Promise<void> {
    const operation = this.#operation(connection, action);
    await this.db.transaction(async (tx) => {
      const counted = await this.states.countFailure(tx, connection, connection.credentialsVersion, operation.id);
      tx.afterCommit(() => this.leases.changed(connection));
      if (!counted?.isNews) return;
      const { tags } = connection;
      const told = { type: error.code, description: error.message };
      await this.listeners.refreshChanged(tx, { ref: connection, authMode, tags, error: told, operationId: operation.id });
    });
    operation.finish({ state: 'failed', error: { name: error.code, message: error.message } });
  }

  /** After failures, credentials work again. */
  async recovered(connection: Connection, authMode: string, action: RefreshAction): Promise<void> {
    await this.db.transaction(async (tx) => {
      if (!(await this.states.clearFailure(tx, connection))) return;
      tx.afterCommit(() => this.leases.changed(connection));
      const operation = this.#operation(connection, action);
      operation.finish({ state: 'success' });
      const { tags } = connection;
      await this.listeners.refreshChanged(tx, { ref: connection, authMode, tags, operationId: operation.id });
    });
  }

  #operation(connection: Connection, action: RefreshAction): Operation {
    return this.operations.start({
      type: 'auth',
      action,
      message: action === 'refresh_token' ? 'renewal of the credentials' : 'test of the credentials',
      environmentId: connection.environmentId,
      integrationName: connection.providerConfigKey,
      connectionName: connection.connectionId,
    });
  }
}
