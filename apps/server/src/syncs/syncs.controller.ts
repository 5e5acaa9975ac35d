import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller } from '#libs/accounts';
import { noQuery } from '#libs/contracts';
import { Access } from '#libs/http';
import { BASE_VARIANT, SyncCommands } from '#libs/scheduling';
import { SyncRequests } from './sync-requests.service.js';
import { SyncScopes } from './sync-scopes.service.js';
import {
  type CommandSyncs,
  commandSyncs,
  type FrequencyReply,
  frequencyReply,
  type StatusQuery,
  statusQuery,
  type StatusReply,
  statusReply,
  type SuccessReply,
  successReply,
  type TriggerSyncs,
  triggerSyncs,
  type UpdateFrequency,
  updateFrequency,
  type VariantBody,
  variantBody,
  type VariantParams,
  variantParams,
  type VariantReply,
  variantReply,
} from './syncs.dto.js';

const DONE: SuccessReply = { success: true };

@ApiTags('Syncs')
@Controller('sync')
export class SyncsController {
  constructor(
    private readonly requests: SyncRequests,
    private readonly scopes: SyncScopes,
    private readonly commands: SyncCommands,
  ) {}

  @Post('trigger')
  @HttpCode(200)
  @Access('environment:syncs:execute')
  @ApiOperation({ summary: 'Run syncs now' })
  @ApiOkResponse({ standardSchema: successReply })
  async trigger(
    @CurrentCaller() caller: Caller,
    @Query({ schema: noQuery }) _query: unknown,
    @Body({ schema: triggerSyncs }) body: TriggerSyncs,
    @Headers('provider-config-key') key: string | undefined,
    @Headers('connection-id') connectionId: string | undefined,
  ): Promise<SuccessReply> {
    await this.requests.trigger(caller, body.provider_config_key ?? key, body.connection_id ?? connectionId, body);
    return DONE;
  }

  @Post('start')
  @HttpCode(200)
  @Access('environment:syncs:execute')
  @ApiOperation({ summary: 'Let syncs run on their schedule' })
  @ApiOkResponse({ standardSchema: successReply })
  async start(@CurrentCaller() caller: Caller, @Body({ schema: commandSyncs }) body: CommandSyncs): Promise<SuccessReply> {
    await this.requests.start(caller, body);
    return DONE;
  }

  @Post('pause')
  @HttpCode(200)
  @Access('environment:syncs:execute')
  @ApiOperation({ summary: 'Stop running syncs on their schedule' })
  @ApiOkResponse({ standardSchema: successReply })
  async pause(@CurrentCaller() caller: Caller, @Body({ schema: commandSyncs }) body: CommandSyncs): Promise<SuccessReply> {
    await this.requests.pause(caller, body);
    return DONE;
  }

  @Post('cancel')
  @HttpCode(200)
  @Access('environment:syncs:execute')
  @ApiOperation({ summary: 'End runs of syncs now; schedules go on' })
  @ApiOkResponse({ standardSchema: successReply })
  async cancel(@CurrentCaller() caller: Caller, @Body({ schema: commandSyncs }) body: CommandSyncs): Promise<SuccessReply> {
    await this.requests.cancel(caller, body);
    return DONE;
  }

  @Get('status')
  @Access('environment:syncs:read')
  @ApiOperation({ summary: 'Say how syncs stand' })
  @ApiOkResponse({ standardSchema: statusReply })
  async status(@CurrentCaller() caller: Caller, @Query({ schema: statusQuery }) query: StatusQuery): Promise<StatusReply> {
    return { syncs: await this.requests.status(caller, query) };
  }

  @Put('update-connection-frequency')
  @Access('environment:syncs:update')
  @ApiOperation({ summary: 'Give a connection a frequency of its own for a sync, or the deployed one again' })
  @ApiOkResponse({ standardSchema: frequencyReply })
  async updateFrequency(
    @CurrentCaller() { environmentId }: Caller,
    @Query({ schema: noQuery }) _query: unknown,
    @Body({ schema: updateFrequency }) body: UpdateFrequency,
  ): Promise<FrequencyReply> {
    const scope = await this.scopes.ofConnection(environmentId, body.provider_config_key, body.connection_id);
    const ref = { name: body.sync_name, variant: body.sync_variant ?? BASE_VARIANT };
    return { frequency: await this.commands.updateFrequency(scope, ref, body.frequency) };
  }

  @Post(':name/variant/:variant')
  @HttpCode(200)
  @Access('environment:syncs:variant:create')
  @ApiOperation({ summary: 'Add a variant of a sync to a connection' })
  @ApiOkResponse({ standardSchema: variantReply })
  async createVariant(
    @CurrentCaller() caller: Caller,
    @Query({ schema: noQuery }) _query: unknown,
    @Body({ schema: variantBody }) body: VariantBody,
    @Param({ schema: variantParams }) ref: VariantParams,
  ): Promise<VariantReply> {
    return { id: await this.requests.createVariant(caller, body.provider_config_key, body.connection_id, ref), ...ref };
  }

  @Delete(':name/variant/:variant')
  @Access('environment:syncs:variant:delete')
  @ApiOperation({ summary: 'Remove a variant of a sync from a connection' })
  @ApiOkResponse({ standardSchema: successReply })
  async deleteVariant(
    @CurrentCaller() caller: Caller,
    @Query({ schema: noQuery }) _query: unknown,
    @Body({ schema: variantBody }) body: VariantBody,
    @Param({ schema: variantParams }) ref: VariantParams,
  ): Promise<SuccessReply> {
    await this.requests.deleteVariant(caller, body.provider_config_key, body.connection_id, ref);
    return DONE;
  }
}
