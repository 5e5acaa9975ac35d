import { Controller, Delete, Get, Param, Query } from '@nestjs/common';
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
    const all = await this.functions.list(environmentId, uniqueKey, type, search);
    const data = all.slice(page * limit, (page + 1) * limit).map(toFunction);
    return { data, pagination: { total: all.length, page, limit } };
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
    return this.functions.code(environmentId, uniqueKey, name, type);
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
