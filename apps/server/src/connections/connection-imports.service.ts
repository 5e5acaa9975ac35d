import { Injectable } from '@nestjs/common';
import type { Caller } from '#libs/accounts';
import { type Connection, Connections, type NewConnection } from '#libs/credentials';
import { toAppError } from '#libs/kernel';
import { OperationLog } from '#libs/logs';

/** Imports connections, and writes down that it did, or why it could not (spec/engine.md §5.1, `auth:create_connection`). */
@Injectable()
export class ConnectionImports {
  constructor(
    private readonly connections: Connections,
    private readonly operations: OperationLog,
  ) {}

  /** Errors as of `Connections.import`. */
  async import({ environmentId, environmentName }: Caller, given: NewConnection): Promise<Connection> {
    const operation = this.operations.start({
      type: 'auth',
      action: 'create_connection',
      message: `import of a connection to ${given.providerConfigKey}`,
      environmentId,
      environmentName,
      integrationName: given.providerConfigKey,
      connectionName: given.connectionId,
    });
    try {
      const connection = await this.connections.import(environmentId, { ...given, operationId: operation.id });
      operation.finish({ state: 'success', meta: { connectionId: connection.connectionId } });
      return connection;
    } catch (error) {
      const { code, message, issues } = toAppError(error);
      operation.finish({ state: 'failed', error: { name: code, message, ...(issues ? { payload: issues } : {}) } });
      throw error;
    }
  }
}
