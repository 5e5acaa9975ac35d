import { Body, Controller, Delete, Get, Param, Patch, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller } from '#libs/accounts';
import { Access } from '#libs/http';
import { toFunction } from './function.presenter.js';
import {
  type DeletedReply,
  deletedReply,
  type DeleteFunctionQuery,
  deleteFunctionQuery,
  type FunctionCodeReply,
  functionCodeReply,
  type FunctionParams,
  functionParams,
  type FunctionQuery,
  functionQuery,
  type FunctionReply,
  functionReply,
  type FunctionsParams,
  functionsParams,
  type FunctionsReply,
  functionsReply,
  type ListFunctions,
  listFunctions,
  type SwitchFunction,
  switchFunction,
} from './functions.dto.js';
import { IntegrationFunctions } from './integration-functions.service.js';

@ApiTags('Functions')
@Controller('integrations/:uniqueKey/functions')
export class FunctionsController {
  constructor(private readonly functions: IntegrationFunctions) {}

  @Get()
  @Access('environment:functions:list')
  @ApiOperation({ summary: 'List the functions of an integration' })
  @ApiOkResponse({ standardSchema: functionsReply })
  async list(
    @CurrentCaller() { environmentId }: Caller,
    @Query({ schema: listFunctions }) { type, search, page, limit }: ListFunctions,
    @Param({ schema: functionsParams }) { uniqueKey }: FunctionsParams,
  ): Promise<FunctionsReply> {
    const { items, total } = await this.functions.page(environmentId, uniqueKey, { type, search }, { page, limit });
    return { data: items.map(toFunction), pagination: { total, page, limit } };
  }

  @Get(':name')
  @Access('environment:functions:read')
  @ApiOperation({ summary: 'Get a function' })
  @ApiOkResponse({ standardSchema: functionReply })
  async get(
    @CurrentCaller() { environmentId }: Caller,
    @Query({ schema: functionQuery }) { type }: FunctionQuery,
    @Param({ schema: functionParams }) { uniqueKey, name }: FunctionParams,
  ): Promise<FunctionReply> {
    return { data: toFunction(await this.functions.get(environmentId, uniqueKey, name, type)) };
  }

  @Get(':name/code')
  @Access('environment:functions:read')
  @ApiOperation({ summary: 'Get the TypeScript source of a function' })
  @ApiOkResponse({ standardSchema: functionCodeReply })
  code(
    @CurrentCaller() { environmentId }: Caller,
    @Query({ schema: functionQuery }) { type }: FunctionQuery,
    @Param({ schema: functionParams }) { uniqueKey, name }: FunctionParams,
  ): Promise<FunctionCodeReply> {
    return this.functions.code(environmentId, uniqueKey, { name, type });
  }

  @Patch(':name')
  @Access('environment:deploy')
  @ApiOperation({
    summary: 'Enable or disable a function',
    description:
      'A disabled function is refused to callers with `disabled_resource`, and its syncs rest; enabling starts those that were started. It stays as it is when it is deployed again.',
  })
  @ApiOkResponse({ standardSchema: functionReply })
  async switch(
    @CurrentCaller() { environmentId }: Caller,
    @Query({ schema: functionQuery }) { type }: FunctionQuery,
    @Param({ schema: functionParams }) { uniqueKey, name }: FunctionParams,
    @Body({ schema: switchFunction }) { enabled }: SwitchFunction,
  ): Promise<FunctionReply> {
    return { data: toFunction(await this.functions.setEnabled(environmentId, uniqueKey, { name, type }, enabled)) };
  }

  @Delete(':name')
  @Access('environment:functions:delete')
  @ApiOperation({ summary: 'Delete a function that was not deployed from a repository' })
  @ApiOkResponse({ standardSchema: deletedReply })
  async remove(
    @CurrentCaller() { environmentId }: Caller,
    @Query({ schema: deleteFunctionQuery }) { type }: DeleteFunctionQuery,
    @Param({ schema: functionParams }) { uniqueKey, name }: FunctionParams,
  ): Promise<DeletedReply> {
    await this.functions.remove(environmentId, uniqueKey, name, type);
    return { data: { success: true } };
  }
}
