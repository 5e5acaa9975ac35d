import { Body, Controller, Delete, Get, HttpCode, Param, Put, Query, UseGuards } from '@nestjs/common';
import { ApiBasicAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { EnvironmentPolicies, type GovernedEnvironment } from '#libs/accounts';
import { noQuery, type UrlPolicy, urlPolicy } from '#libs/contracts';
import { Access, OperatorGuard } from '#libs/http';
import {
  type EnvironmentListReply,
  environmentListReply,
  type EnvironmentParams,
  environmentParams,
  type EnvironmentReply,
  environmentReply,
  type EnvironmentsQuery,
  environmentsQuery,
} from './outbound-policies.dto.js';

/** What operators let environments call, each laid over the server's own policy (spec/auth.md §6.8). */
@ApiTags('Operators')
@ApiBasicAuth('operator')
@UseGuards(OperatorGuard)
@Controller('admin/environments')
export class OutboundPoliciesController {
  constructor(private readonly policies: EnvironmentPolicies) {}

  @Get()
  @Access('operator')
  @ApiOperation({ summary: 'List environments with their outbound policies' })
  @ApiOkResponse({ standardSchema: environmentListReply })
  async list(@Query({ schema: environmentsQuery }) { limit, page }: EnvironmentsQuery): Promise<EnvironmentListReply> {
    return { data: (await this.policies.list(limit, page)).map(toDto) };
  }

  @Get(':environment/outbound-policy')
  @Access('operator')
  @ApiOperation({ summary: 'The outbound policy of an environment; null where it has none of its own' })
  @ApiOkResponse({ standardSchema: environmentReply })
  async find(
    @Param({ schema: environmentParams }) { environment }: EnvironmentParams,
    @Query({ schema: noQuery }) _query: unknown,
  ): Promise<EnvironmentReply> {
    return { data: toDto(await this.policies.find(environment)) };
  }

  @Put(':environment/outbound-policy')
  @Access('operator')
  @ApiOperation({ summary: 'Set what an environment may call: fields that are absent are as the server’s policy has them' })
  @ApiOkResponse({ standardSchema: environmentReply })
  async set(
    @Param({ schema: environmentParams }) { environment }: EnvironmentParams,
    @Query({ schema: noQuery }) _query: unknown,
    @Body({ schema: urlPolicy }) policy: UrlPolicy,
  ): Promise<EnvironmentReply> {
    await this.policies.set(environment, policy);
    return { data: toDto(await this.policies.find(environment)) };
  }

  @Delete(':environment/outbound-policy')
  @HttpCode(204)
  @Access('operator')
  @ApiOperation({ summary: 'Take the outbound policy of an environment away: it may call what the server’s policy allows' })
  async remove(
    @Param({ schema: environmentParams }) { environment }: EnvironmentParams,
    @Query({ schema: noQuery }) _query: unknown,
  ): Promise<void> {
    await this.policies.set(environment, null);
  }
}

const toDto = ({ uuid, name, accountName, outboundPolicy }: GovernedEnvironment): EnvironmentReply['data'] => ({
  uuid,
  name,
  account: accountName,
  outbound_policy: outboundPolicy,
});
