import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, hasScope } from '#libs/accounts';
import { Integrations } from '#libs/credentials';
import { Access } from '#libs/http';
import { AppError } from '#libs/kernel';
import { type IntegrationParams, integrationParams, type LegacyConfigQuery, legacyConfigQuery } from './integrations.dto.js';
import { LegacyConfigViews } from './legacy-config.views.js';

@ApiTags('Integrations')
@Controller('config')
export class LegacyConfigController {
  constructor(
    private readonly integrations: Integrations,
    private readonly views: LegacyConfigViews,
  ) {}

  @Get(':uniqueKey')
  @Access('environment:integrations:read', 'environment:integrations:read_credentials')
  @ApiOperation({ summary: 'Get an integration, in its first form', deprecated: true })
  async get(
    @CurrentCaller() caller: Caller,
    @Param({ schema: integrationParams }) { uniqueKey }: IntegrationParams,
    @Query({ schema: legacyConfigQuery }) query: LegacyConfigQuery,
  ): Promise<{ config: Record<string, unknown> }> {
    const integration = await this.integrations.find(caller.environmentId, uniqueKey);
    if (!integration) throw new AppError('unknown_provider_config', `no integration ${uniqueKey}`, { status: 400 });
    const secrets = query.include_creds === 'true';
    if (secrets && !hasScope(caller.scopes, 'environment:integrations:read_credentials')) {
      throw new AppError('forbidden', 'this API key lacks the scope environment:integrations:read_credentials');
    }
    return { config: secrets ? await this.views.full(integration, caller.environmentUuid) : this.views.brief(integration) };
  }
}
