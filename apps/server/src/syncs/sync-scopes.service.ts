import { Injectable } from '@nestjs/common';
import { Connections, Integrations } from '#libs/credentials';
import { AppError, type EnvironmentId } from '#libs/kernel';
import type { SyncScope } from '#libs/scheduling';

/** Finds the integration and the connection that a call on syncs names; each family of routes answers unknown ones in its own way. */
@Injectable()
export class SyncScopes {
  constructor(
    private readonly integrations: Integrations,
    private readonly connections: Connections,
  ) {}

  /** Of all connections where none is named. Null for what is unknown. */
  async find(environmentId: EnvironmentId, key: string, connectionId: string | undefined): Promise<SyncScope | null> {
    if (connectionId === undefined) {
      const integration = await this.integrations.find(environmentId, key);
      return integration && { environmentId, integrationId: integration.id, connectionRowId: null };
    }
    const connection = await this.connections.resolve(environmentId, key, connectionId);
    return connection && { environmentId, integrationId: connection.integrationId, connectionRowId: connection.id };
  }

  /** For trigger, start and pause. @throws AppError `unknown_provider_config` (400), `unknown_connection` (404), both classic */
  async forCommand(environmentId: EnvironmentId, key: string, connectionId: string | undefined): Promise<SyncScope> {
    const scope = await this.find(environmentId, key, connectionId);
    if (scope) return scope;
    if (!(await this.integrations.find(environmentId, key))) throw unknownIntegration(key);
    throw new AppError('unknown_connection', `no connection ${connectionId}`, { status: 404, payload: {} });
  }

  /** For routes about one connection's sync. @throws AppError `unknown_connection` (400), `unknown_provider_config` (400) */
  async ofConnection(environmentId: EnvironmentId, key: string, connectionId: string): Promise<SyncScope> {
    const scope = await this.find(environmentId, key, connectionId);
    if (scope) return scope;
    if (!(await this.integrations.find(environmentId, key))) throw unknownIntegration(key);
    throw new AppError('unknown_connection', `no connection ${connectionId}`);
  }
}

const unknownIntegration = (key: string) => new AppError('unknown_provider_config', `no integration ${key}`, { status: 400 });
