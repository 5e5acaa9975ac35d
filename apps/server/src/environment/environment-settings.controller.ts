import { Body, Controller, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { type Caller, CurrentCaller, Environments, EnvironmentSettings } from '#libs/accounts';
import { noQuery } from '#libs/contracts';
import { Access } from '#libs/http';
import {
  connectSettingsReply,
  environmentsReply,
  functionSettingsReply,
  type SetVariables,
  setVariables,
  syncSettingsReply,
  type UpdateConnect,
  updateConnect,
  type UpdateFunctions,
  updateFunctions,
  type UpdateSyncs,
  updateSyncs,
  type UpdateWebhook,
  updateWebhook,
} from './environment.dto.js';

/** The dashboard's settings of an environment, for API keys too: an installation can be set up without a browser. */
@ApiTags('Environment')
@Controller('api/v1/environments')
export class EnvironmentSettingsController {
  constructor(
    private readonly settings: EnvironmentSettings,
    private readonly environments: Environments,
  ) {}

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

  @Get('connect')
  @Access('environment:*')
  @ApiOperation({ summary: 'How end users connect accounts' })
  @ApiOkResponse({ standardSchema: connectSettingsReply })
  async connect(
    @CurrentCaller() caller: Caller,
    @Query({ schema: noQuery }) _query: unknown,
  ): Promise<{ data: z.output<typeof connectSettingsReply>['data'] }> {
    const { publicKey, callbackUrl, hmac, connectUi } = await this.environments.get(caller.environmentId);
    return {
      data: { public_key: publicKey, callback_url: callbackUrl, hmac_enabled: hmac.enabled, connect_ui_settings: connectUi },
    };
  }

  @Patch('connect')
  @Access('environment:*')
  @ApiOperation({ summary: 'Set how end users connect accounts: callback address, signatures, look of the Connect UI' })
  async setConnect(
    @CurrentCaller() caller: Caller,
    @Body({ schema: updateConnect }) body: UpdateConnect,
  ): Promise<{ success: true }> {
    const { callback_url: callbackUrl, hmac_enabled: hmacEnabled, hmac_key: hmacKey, connect_ui_settings: connectUi } = body;
    await this.settings.setConnect(caller.environmentId, { callbackUrl, hmacEnabled, hmacKey, connectUi });
    return { success: true };
  }

  @Get('functions')
  @Access('environment:*')
  @ApiOperation({ summary: 'How functions are run' })
  @ApiOkResponse({ standardSchema: functionSettingsReply })
  async functions(
    @CurrentCaller() caller: Caller,
    @Query({ schema: noQuery }) _query: unknown,
  ): Promise<z.output<typeof functionSettingsReply>> {
    const { functionSchemaChecks } = await this.environments.get(caller.environmentId);
    return { data: { function_schema_checks: functionSchemaChecks } };
  }

  @Patch('functions')
  @Access('environment:*')
  @ApiOperation({ summary: 'Set whether input and output of actions have to fit their deployed schemas' })
  async setFunctions(
    @CurrentCaller() caller: Caller,
    @Body({ schema: updateFunctions }) body: UpdateFunctions,
  ): Promise<{ success: true }> {
    await this.settings.setFunctionSchemaChecks(caller.environmentId, body.function_schema_checks);
    return { success: true };
  }

  @Get('syncs')
  @Access('environment:*')
  @ApiOperation({ summary: 'How syncs are scheduled' })
  @ApiOkResponse({ standardSchema: syncSettingsReply })
  async syncs(
    @CurrentCaller() caller: Caller,
    @Query({ schema: noQuery }) _query: unknown,
  ): Promise<z.output<typeof syncSettingsReply>> {
    const { syncSpreadSeconds } = await this.environments.get(caller.environmentId);
    return { data: { spread_seconds: syncSpreadSeconds } };
  }

  @Patch('syncs')
  @Access('environment:*')
  @ApiOperation({ summary: 'Set over how long the start times of new syncs are spread' })
  async setSyncs(@CurrentCaller() caller: Caller, @Body({ schema: updateSyncs }) body: UpdateSyncs): Promise<{ success: true }> {
    await this.settings.setSyncSpread(caller.environmentId, body.spread_seconds);
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
