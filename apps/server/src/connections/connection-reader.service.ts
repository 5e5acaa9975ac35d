import { Injectable } from '@nestjs/common';
import { type Caller, hasScope } from '#libs/accounts';
import { Connections, LastFetched, toConnection } from '#libs/credentials';
import { AppError } from '#libs/kernel';
import { orNotFound } from './connection-errors.js';
import type { ReadConnectionQuery } from './connections.dto.js';

const READ_CREDENTIALS = 'environment:connections:read_credentials';

/** `GET /connections/{id}`: a connection with what the key may see of it. */
@Injectable()
export class ConnectionReader {
  constructor(
    private readonly connections: Connections,
    private readonly lastFetched: LastFetched,
  ) {}

  async read(caller: Caller, connectionId: string, query: ReadConnectionQuery): Promise<Record<string, unknown>> {
    const credentials = hasScope(caller.scopes, READ_CREDENTIALS);
    const forceRefresh = query.force_refresh ?? false;
    const refreshToken = query.refresh_token ?? false;
    if (!credentials && (forceRefresh || refreshToken || query.refresh_github_app_jwt_token)) {
      throw new AppError('forbidden', `this API key lacks the scope ${READ_CREDENTIALS}`);
    }
    const connection = await orNotFound(
      this.connections.get(caller.environmentId, query.provider_config_key, connectionId, { forceRefresh }),
    );
    this.lastFetched.mark(connection.id);
    return toConnection(connection, { dates: 'offset', credentials, refreshToken });
  }
}
