import { Body, Controller, Get, Header, Patch, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller } from '#libs/accounts';
import { connectionHeaders, noQuery } from '#libs/contracts';
import { Access, ValidHeaders } from '#libs/http';
import { type ConnectionHeaders, RecordReader } from './record-reader.service.js';
import {
  type PruneRecords,
  pruneRecords,
  type PruneReply,
  pruneReply,
  type RecordsQuery,
  recordsQuery,
  recordsReply,
} from './records.dto.js';

@ApiTags('Records')
@Controller('records')
export class RecordsController {
  constructor(private readonly reader: RecordReader) {}

  @Get()
  @Access('environment:records:read')
  @Header('content-type', 'application/json; charset=utf-8')
  @ApiOperation({ summary: 'Read records in the order of their changes' })
  @ApiOkResponse({ standardSchema: recordsReply })
  list(
    @CurrentCaller() { environmentId }: Caller,
    @ValidHeaders(connectionHeaders) headers: ConnectionHeaders,
    @Query({ schema: recordsQuery }) query: RecordsQuery,
  ): Promise<string> {
    return this.reader.pageText(environmentId, headers, query);
  }

  @Patch('prune')
  @Access('environment:records:write')
  @ApiOperation({ summary: 'Empty the payloads of records up to a cursor' })
  @ApiOkResponse({ standardSchema: pruneReply })
  prune(
    @CurrentCaller() { environmentId }: Caller,
    @ValidHeaders(connectionHeaders) headers: ConnectionHeaders,
    @Query({ schema: noQuery }) _query: unknown,
    @Body({ schema: pruneRecords }) body: PruneRecords,
  ): Promise<PruneReply> {
    return this.reader.prune(environmentId, headers, body);
  }
}
