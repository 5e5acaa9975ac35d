import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller } from '#libs/accounts';
import { Functions } from '#libs/functions';
import { Access } from '#libs/http';
import { type OpenAiTools, type ScriptsConfig, type ScriptsQuery, scriptsQuery, scriptsReply } from './scripts.dto.js';
import { toOpenAiTools, toScriptsConfig } from './scripts.presenter.js';

@ApiTags('Functions')
@Controller('scripts')
export class ScriptsController {
  constructor(private readonly functions: Functions) {}

  @Get('config')
  @Access('environment:integrations:list_functions')
  @ApiOperation({ summary: 'List all functions by integration, or enabled actions as tools for a language model' })
  @ApiOkResponse({ standardSchema: scriptsReply })
  async config(
    @CurrentCaller() { environmentId }: Caller,
    @Query({ schema: scriptsQuery }) { format }: ScriptsQuery,
  ): Promise<ScriptsConfig | OpenAiTools> {
    const functions = await this.functions.list(environmentId);
    return format === 'openai' ? toOpenAiTools(functions) : toScriptsConfig(functions);
  }
}
