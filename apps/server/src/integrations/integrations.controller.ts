import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, hasScope } from '#libs/accounts';
import { noQuery } from '#libs/contracts';
import { Integrations } from '#libs/credentials';
import { Access } from '#libs/http';
import { AppError } from '#libs/kernel';
import { IntegrationViews } from './integration-views.js';
import {
  type CreateIntegration,
  createIntegration,
  type IntegrationParams,
  integrationParams,
  type IntegrationQuery,
  integrationQuery,
  integrationReply,
  integrationsReply,
  type QuickstartIntegration,
  quickstartIntegration,
  successReply,
  type UpdateIntegration,
  updateIntegration,
} from './integrations.dto.js';
import { NewIntegrations } from './new-integrations.service.js';

interface Data<Value> {
  readonly data: Value;
}

type Shown = Record<string, unknown>;

@ApiTags('Integrations')
@Controller('integrations')
export class IntegrationsController {
  constructor(
    private readonly integrations: Integrations,
    private readonly views: IntegrationViews,
    private readonly made: NewIntegrations,
  ) {}

  @Get()
  @Access('session', 'environment:integrations:list', 'environment:integrations:list_credentials')
  @ApiOperation({ summary: 'List integrations' })
  @ApiOkResponse({ standardSchema: integrationsReply })
  async list(@CurrentCaller() caller: Caller, @Query({ schema: noQuery }) _query: unknown): Promise<Data<Shown[]>> {
    const allowed = caller.session?.allowedIntegrations;
    const integrations = await this.integrations.list(caller.environmentId);
    const shown = allowed ? integrations.filter(({ uniqueKey }) => allowed.includes(uniqueKey)) : integrations;
    return { data: shown.map((integration) => this.views.show(integration, caller.environmentUuid)) };
  }

  @Get(':uniqueKey')
  @Access('environment:integrations:read', 'environment:integrations:read_credentials')
  @ApiOperation({ summary: 'Get an integration' })
  @ApiOkResponse({ standardSchema: integrationReply })
  async get(
    @CurrentCaller() caller: Caller,
    @Param({ schema: integrationParams }) { uniqueKey }: IntegrationParams,
    @Query({ schema: integrationQuery }) query: IntegrationQuery,
  ): Promise<Data<Shown>> {
    const integration = await this.integrations.get(caller.environmentId, uniqueKey);
    return { data: this.views.show(integration, caller.environmentUuid, includeOf(query, caller)) };
  }

  @Post()
  @HttpCode(200)
  @Access('environment:integrations:create')
  @ApiOperation({ summary: 'Create an integration' })
  @ApiOkResponse({ standardSchema: integrationReply })
  async create(
    @CurrentCaller() caller: Caller,
    @Query({ schema: noQuery }) _query: unknown,
    @Body({ schema: createIntegration }) body: CreateIntegration,
  ): Promise<Data<Shown>> {
    const created = await this.made.create(caller, {
      provider: body.provider,
      ...changesOf(body),
      uniqueKey: body.unique_key,
    });
    return { data: this.views.show(created, caller.environmentUuid) };
  }

  @Post('quickstart')
  @HttpCode(200)
  @Access('environment:integrations:create')
  @ApiOperation({ summary: 'Create an integration on an app this server shares', description: 'No provider has one here.' })
  quickstart(@Body({ schema: quickstartIntegration }) { provider }: QuickstartIntegration): never {
    throw new AppError('invalid_body', `this server shares no developer app for ${provider}`);
  }

  @Patch(':uniqueKey')
  @Access('environment:integrations:update')
  @ApiOperation({ summary: 'Change an integration' })
  @ApiOkResponse({ standardSchema: integrationReply })
  async update(
    @CurrentCaller() caller: Caller,
    @Query({ schema: noQuery }) _query: unknown,
    @Body({ schema: updateIntegration }) body: UpdateIntegration,
    @Param({ schema: integrationParams }) { uniqueKey }: IntegrationParams,
  ): Promise<Data<Shown>> {
    const updated = await this.integrations.update(caller.environmentId, uniqueKey, changesOf(body));
    return { data: this.views.show(updated, caller.environmentUuid) };
  }

  @Delete(':uniqueKey')
  @Access('environment:integrations:delete')
  @ApiOperation({ summary: 'Delete an integration with its connections' })
  @ApiOkResponse({ standardSchema: successReply })
  async remove(
    @CurrentCaller() caller: Caller,
    @Query({ schema: noQuery }) _query: unknown,
    @Param({ schema: integrationParams }) { uniqueKey }: IntegrationParams,
  ): Promise<{ success: true }> {
    await this.integrations.remove(caller.environmentId, uniqueKey);
    return { success: true };
  }
}

/** Credentials are left out, without a word, where the key may not see them. */
function includeOf({ include }: IntegrationQuery, { scopes }: Caller) {
  const wanted = new Set([include].flat());
  return {
    webhook: wanted.has('webhook'),
    credentials: wanted.has('credentials') && hasScope(scopes, 'environment:integrations:read_credentials'),
  };
}

const changesOf = (body: UpdateIntegration) => ({
  uniqueKey: body.unique_key,
  displayName: body.display_name,
  forwardWebhooks: body.forward_webhooks,
  credentials: body.credentials,
  integrationConfig: body.integration_config,
  custom: body.custom,
});
