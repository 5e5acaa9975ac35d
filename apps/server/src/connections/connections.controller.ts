import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller } from '#libs/accounts';
import { noQuery } from '#libs/contracts';
import { Connections, toConnection, toConnectionListItem } from '#libs/credentials';
import { Access } from '#libs/http';
import { orNotFound } from './connection-errors.js';
import { ConnectionImports } from './connection-imports.service.js';
import { ConnectionRemovals } from './connection-removals.service.js';
import { ConnectionReader } from './connection-reader.service.js';
import {
  connectionObject,
  type ConnectionParams,
  connectionParams,
  type ConnectionQuery,
  connectionQuery,
  connectionsReply,
  type ImportConnection,
  importConnection,
  type ListConnectionsQuery,
  listConnectionsQuery,
  type PatchConnection,
  patchConnection,
  type ReadConnectionQuery,
  readConnectionQuery,
} from './connections.dto.js';

/** What a list without `limit` may hold. */
const DEFAULT_LIMIT = 10_000;

type Shown = Record<string, unknown>;

@ApiTags('Connections')
@Controller()
export class ConnectionsController {
  constructor(
    private readonly connections: Connections,
    private readonly reader: ConnectionReader,
    private readonly imports: ConnectionImports,
    private readonly removals: ConnectionRemovals,
  ) {}

  @Get(['connections', 'connection'])
  @Access('environment:connections:list', 'environment:connections:list_credentials')
  @ApiOperation({ summary: 'List connections, newest first' })
  @ApiOkResponse({ standardSchema: connectionsReply })
  async list(
    @CurrentCaller() caller: Caller,
    @Query({ schema: listConnectionsQuery }) query: ListConnectionsQuery,
  ): Promise<{ connections: Shown[] }> {
    const { integrationId: integrationIds, limit = DEFAULT_LIMIT, page = 0, ...filters } = query;
    const found = await this.connections.list(caller.environmentId, { ...filters, integrationIds, limit, page });
    return { connections: found.map(toConnectionListItem) };
  }

  @Get(['connections/:connectionId', 'connection/:connectionId'])
  @Access('environment:connections:read', 'environment:connections:read_credentials')
  @ApiOperation({ summary: 'Get a connection with its credentials' })
  @ApiOkResponse({ standardSchema: connectionObject })
  get(
    @CurrentCaller() caller: Caller,
    @Param({ schema: connectionParams }) { connectionId }: ConnectionParams,
    @Query({ schema: readConnectionQuery }) query: ReadConnectionQuery,
  ): Promise<Shown> {
    return this.reader.read(caller, connectionId, query);
  }

  @Post('connections')
  @Access('environment:connections:create')
  @ApiOperation({ summary: 'Import a connection with credentials you have' })
  @ApiCreatedResponse({ standardSchema: connectionObject })
  async import(
    @CurrentCaller() caller: Caller,
    @Query({ schema: noQuery }) _query: unknown,
    @Body({ schema: importConnection }) body: ImportConnection,
  ): Promise<Shown> {
    const connection = await this.imports.import(caller, {
      providerConfigKey: body.provider_config_key,
      connectionId: body.connection_id,
      credentials: body.credentials,
      connectionConfig: body.connection_config,
      metadata: body.metadata,
      webhookUrlOverride: body.webhook_url_override,
      endUser: body.end_user,
      tags: body.tags,
    });
    return toConnection(connection, { dates: 'zulu', credentials: true, refreshToken: false });
  }

  @Patch('connections/:connectionId')
  @Access('environment:connections:update')
  @ApiOperation({ summary: 'Change the end user, tags or webhook address of a connection' })
  async patch(
    @CurrentCaller() caller: Caller,
    @Query({ schema: connectionQuery }) query: ConnectionQuery,
    @Body({ schema: patchConnection }) body: PatchConnection,
    @Param({ schema: connectionParams }) { connectionId }: ConnectionParams,
  ): Promise<{ success: true }> {
    const changes = { endUser: body.end_user, tags: body.tags, webhookUrlOverride: body.webhook_url_override };
    await orNotFound(this.connections.patch(caller.environmentId, query.provider_config_key, connectionId, changes));
    return { success: true };
  }

  @Delete(['connections/:connectionId', 'connection/:connectionId'])
  @Access('environment:connections:delete')
  @ApiOperation({ summary: 'Delete a connection' })
  async remove(
    @CurrentCaller() caller: Caller,
    @Query({ schema: connectionQuery }) query: ConnectionQuery,
    @Param({ schema: connectionParams }) { connectionId }: ConnectionParams,
  ): Promise<{ success: true }> {
    await this.removals.remove(caller.environmentId, query.provider_config_key, connectionId);
    return { success: true };
  }
}
