import { Injectable } from '@nestjs/common';
import { type Caller, hasScope } from '#libs/accounts';
import { type Connection, Connections, LastFetched, toConnection } from '#libs/credentials';
import { AppError, type EnvironmentId } from '#libs/kernel';
import { AppJwts } from './app-jwts.service.js';
import { orNotFound } from './connection-errors.js';
import type { ReadConnectionQuery } from './connections.dto.js';

/** Why credentials could not be renewed. */
const UNUSABLE = new Set<string>(['refresh_token_external_error', 'connection_refresh_exhausted', 'connection_refresh_backoff']);

const READ_CREDENTIALS = 'environment:connections:read_credentials';

/** `GET /connections/{id}`: a connection with what the key may see of it. */
@Injectable()
export class ConnectionReader {
  constructor(
    private readonly connections: Connections,
    private readonly lastFetched: LastFetched,
    private readonly appJwts: AppJwts,
  ) {}

  async read(caller: Caller, connectionId: string, query: ReadConnectionQuery): Promise<Record<string, unknown>> {
    const credentials = hasScope(caller.scopes, READ_CREDENTIALS);
    const forceRefresh = query.force_refresh ?? false;
    const refreshToken = query.refresh_token ?? false;
    if (!credentials && (forceRefresh || refreshToken || query.refresh_github_app_jwt_token)) {
      throw new AppError('forbidden', `this API key lacks the scope ${READ_CREDENTIALS}`);
    }
    const { environmentId } = caller;
    const { provider_config_key: key } = query;
    const connection = await orNotFound(
      credentials
        ? this.#withUsableCredentials(environmentId, key, connectionId, forceRefresh)
        : this.connections.peek(environmentId, key, connectionId),
    );
    this.lastFetched.mark(connection.id);
    const shown = query.refresh_github_app_jwt_token ? await this.appJwts.renewed(connection) : connection;
    return toConnection(shown, { dates: 'offset', credentials, refreshToken });
  }

  /** The error of credentials that cannot be used carries the connection without them (spec/auth.md §4.5). */
  async #withUsableCredentials(
    environmentId: EnvironmentId,
    key: string,
    connectionId: string,
    forceRefresh: boolean,
  ): Promise<Connection> {
    try {
      return await this.connections.get(environmentId, key, connectionId, { forceRefresh });
    } catch (error) {
      if (!(error instanceof AppError) || !UNUSABLE.has(error.code)) throw error;
      const connection = await this.connections.peek(environmentId, key, connectionId);
      const shown = toConnection(connection, { dates: 'offset', credentials: false, refreshToken: false });
      const payload = { code: error.code, connection: shown };
      throw new AppError('invalid_credentials', error.message, { status: error.status, payload, cause: error });
    }
  }
}
