import { Body, Controller, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, EnvironmentSettings } from '#libs/accounts';
import { noQuery } from '#libs/contracts';
import { Access } from '#libs/http';
import { environmentsReply, type SetVariables, setVariables, type UpdateWebhook, updateWebhook } from './environment.dto.js';

/** The dashboard's settings of an environment, for API keys too: an installation can be set up without a browser. */
@ApiTags('Environment')
@Controller('api/v1/environments')
export class EnvironmentSettingsController {
  constructor(private readonly settings: EnvironmentSettings) {}

  @Get()
  @Access('environment')
  @ApiOperation({ summary: 'List the environments of the account' })
  @ApiOkResponse({ standardSchema: environmentsReply })
  async list(
    @CurrentCaller() caller: Caller,
    @Query({ schema: noQuery }) _query: unknown,
  ): Promise<{ data: { name: string; is_production: boolean }[] }> {
    const environments = await this.settings.list(caller.accountId);
    return { data: environments.map(({ name, isProduction }) => ({ name, is_production: isProduction })) };
  }

  @Patch('webhook')
  @Access('environment:*')
  @ApiOperation({ summary: 'Set where webhooks go and which events they tell of' })
  async setWebhook(
    @CurrentCaller() caller: Caller,
    @Body({ schema: updateWebhook }) body: UpdateWebhook,
  ): Promise<{ success: true }> {
    const { primary_url: primaryUrl, secondary_url: secondaryUrl, ...settings } = body;
    await this.settings.setWebhook(caller.environmentId, { primaryUrl, secondaryUrl, settings });
    return { success: true };
  }

  @Post('variables')
  @HttpCode(200)
  @Access('environment:*')
  @ApiOperation({ summary: 'Replace the variables functions read' })
  async setVariables(
    @CurrentCaller() caller: Caller,
    @Body({ schema: setVariables }) body: SetVariables,
  ): Promise<{ success: true }> {
    await this.settings.setVariables(caller.environmentId, body.variables);
    return { success: true };
  }
}
