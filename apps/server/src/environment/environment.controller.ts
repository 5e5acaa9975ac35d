import { Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, Environments, EnvironmentSettings } from '#libs/accounts';
import { noQuery } from '#libs/contracts';
import { Access } from '#libs/http';
import { signingKeyReply, variablesReply } from './environment.dto.js';

/** The caller's own environment (spec/api.md §3.12). */
@ApiTags('Environment')
@Controller()
export class EnvironmentController {
  constructor(
    private readonly environments: Environments,
    private readonly settings: EnvironmentSettings,
  ) {}

  @Get('environment-variables')
  @Access('environment:variables:read')
  @ApiOperation({ summary: 'List the variables functions read' })
  @ApiOkResponse({ standardSchema: variablesReply })
  variables(
    @CurrentCaller() caller: Caller,
    @Query({ schema: noQuery }) _query: unknown,
  ): Promise<{ name: string; value: string }[]> {
    return this.environments.variables(caller.environmentId);
  }

  @Post('environment/webhook-signing-key/rotate')
  @HttpCode(200)
  @Access('environment:webhook_signing_key:rotate')
  @ApiOperation({ summary: 'Make a new webhook signing key; the old one stops at once' })
  @ApiOkResponse({ standardSchema: signingKeyReply })
  async rotateSigningKey(
    @CurrentCaller() caller: Caller,
    @Query({ schema: noQuery }) _query: unknown,
  ): Promise<{ data: { webhook_signing_key: string } }> {
    return { data: { webhook_signing_key: await this.settings.rotateWebhookSigningKey(caller.environmentId) } };
  }
}
