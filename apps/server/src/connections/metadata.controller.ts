import { Body, Controller, Headers, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller } from '#libs/accounts';
import { noQuery } from '#libs/contracts';
import { Connections } from '#libs/credentials';
import { Access } from '#libs/http';
import { orUnknown } from './connection-errors.js';
import { type ConnectionParams, connectionParams, type WriteMetadata, writeMetadata } from './connections.dto.js';
import { keyFrom, type LegacyMetadata, type LegacyMetadataQuery, legacyMetadata, legacyMetadataQuery } from './legacy.dto.js';

/** What a customer keeps with a connection. Every route echoes its body. */
@ApiTags('Connections')
@Controller()
export class MetadataController {
  constructor(private readonly connections: Connections) {}

  @Post(['connections/metadata', 'connection/metadata'])
  @Access('environment:connections:update')
  @ApiOperation({ summary: 'Replace the metadata of one or several connections' })
  async set(
    @CurrentCaller() caller: Caller,
    @Query({ schema: noQuery }) _query: unknown,
    @Body({ schema: writeMetadata }) body: WriteMetadata,
  ): Promise<WriteMetadata> {
    const ids = [body.connection_id].flat();
    await orUnknown(this.connections.setMetadata(caller.environmentId, body.provider_config_key, ids, body.metadata));
    return body;
  }

  @Patch(['connections/metadata', 'connection/metadata'])
  @Access('environment:connections:update')
  @ApiOperation({ summary: 'Merge into the metadata of one or several connections' })
  async update(
    @CurrentCaller() caller: Caller,
    @Query({ schema: noQuery }) _query: unknown,
    @Body({ schema: writeMetadata }) body: WriteMetadata,
  ): Promise<WriteMetadata> {
    const ids = [body.connection_id].flat();
    await orUnknown(this.connections.updateMetadata(caller.environmentId, body.provider_config_key, ids, body.metadata));
    return body;
  }

  @Post('connection/:connectionId/metadata')
  @Access('environment:connections:update')
  @ApiOperation({ summary: 'Replace the metadata of a connection', deprecated: true })
  async legacySet(
    @CurrentCaller() caller: Caller,
    @Param({ schema: connectionParams }) { connectionId }: ConnectionParams,
    @Query({ schema: legacyMetadataQuery }) query: LegacyMetadataQuery,
    @Headers('provider-config-key') header: string | undefined,
    @Body({ schema: legacyMetadata }) metadata: LegacyMetadata,
  ): Promise<LegacyMetadata> {
    await orUnknown(this.connections.setMetadata(caller.environmentId, keyFrom(query, header), [connectionId], metadata));
    return metadata;
  }

  @Patch('connection/:connectionId/metadata')
  @Access('environment:connections:update')
  @ApiOperation({ summary: 'Merge into the metadata of a connection', deprecated: true })
  async legacyUpdate(
    @CurrentCaller() caller: Caller,
    @Param({ schema: connectionParams }) { connectionId }: ConnectionParams,
    @Query({ schema: legacyMetadataQuery }) query: LegacyMetadataQuery,
    @Headers('provider-config-key') header: string | undefined,
    @Body({ schema: legacyMetadata }) metadata: LegacyMetadata,
  ): Promise<LegacyMetadata> {
    await orUnknown(this.connections.updateMetadata(caller.environmentId, keyFrom(query, header), [connectionId], metadata));
    return metadata;
  }
}
