import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller } from '#libs/accounts';
import { Access } from '#libs/http';
import { toFunctionVersion } from './function.presenter.js';
import {
  type FunctionParams,
  functionParams,
  type FunctionQuery,
  functionQuery,
  type ListVersions,
  listVersions,
  type RollBack,
  rollBack,
  type RollBackReply,
  rollBackReply,
  type VersionsReply,
  versionsReply,
} from './functions.dto.js';
import { FunctionHistory } from './function-history.service.js';

@ApiTags('Functions')
@Controller('integrations/:uniqueKey/functions/:name')
export class FunctionVersionsController {
  constructor(private readonly history: FunctionHistory) {}

  @Get('versions')
  @Access('environment:functions:read')
  @ApiOperation({ summary: 'List the deploys of a function, newest first' })
  @ApiOkResponse({ standardSchema: versionsReply })
  async list(
    @CurrentCaller() { environmentId }: Caller,
    @Query({ schema: listVersions }) { type, page, limit }: ListVersions,
    @Param({ schema: functionParams }) { uniqueKey, name }: FunctionParams,
  ): Promise<VersionsReply> {
    const { items, total } = await this.history.page(environmentId, uniqueKey, { name, type }, { page, limit });
    return { data: items.map(toFunctionVersion), pagination: { total, page, limit } };
  }

  @Post('rollback')
  @HttpCode(200)
  @Access('environment:deploy')
  @ApiOperation({
    summary: 'Go back to an earlier version of a function',
    description: 'Its code and definition run again, as a new version. Going back to what runs already changes nothing.',
  })
  @ApiOkResponse({ standardSchema: rollBackReply })
  async rollBack(
    @CurrentCaller() caller: Caller,
    @Query({ schema: functionQuery }) { type }: FunctionQuery,
    @Param({ schema: functionParams }) { uniqueKey, name }: FunctionParams,
    @Body({ schema: rollBack }) to: RollBack,
  ): Promise<RollBackReply> {
    return { data: await this.history.rollBack(caller, uniqueKey, { name, type }, to) };
  }
}
