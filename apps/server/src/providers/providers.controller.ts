import { Controller, Get, Header, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { noQuery } from '#libs/contracts';
import { Access } from '#libs/http';
import { ProviderViews, type ShownProvider } from './provider-views.js';
import {
  type ProviderParams,
  providerParams,
  providerReply,
  type ProvidersQuery,
  providersQuery,
  providersReply,
  templatesReply,
} from './providers.dto.js';

@ApiTags('Providers')
@Controller()
export class ProvidersController {
  constructor(private readonly views: ProviderViews) {}

  @Get('providers')
  @Access('environment')
  @ApiOperation({ summary: 'List providers' })
  @ApiOkResponse({ standardSchema: providersReply })
  list(@Query({ schema: providersQuery }) { search }: ProvidersQuery): { data: ShownProvider[] } {
    return { data: this.views.list(search) };
  }

  @Get('providers/:provider')
  @Access('environment')
  @ApiOperation({ summary: 'Get a provider' })
  @ApiOkResponse({ standardSchema: providerReply })
  get(
    @Param({ schema: providerParams }) { provider }: ProviderParams,
    @Query({ schema: noQuery }) _query: unknown,
  ): { data: ShownProvider } {
    return { data: this.views.get(provider) };
  }

  @Get('providers/:provider/templates')
  @Access('environment')
  @ApiOperation({ summary: 'List the function templates of a provider', description: 'There are none yet.' })
  @ApiOkResponse({ standardSchema: templatesReply })
  templates(
    @Param({ schema: providerParams }) _params: ProviderParams,
    @Query({ schema: noQuery }) _query: unknown,
  ): { data: [] } {
    return { data: [] };
  }

  @Get('providers.json')
  @Access('public')
  @Header('cache-control', 'public, max-age=300')
  @ApiOperation({ summary: 'The whole catalogue, by provider key' })
  catalogue(): Record<string, object> {
    return this.views.catalogueByKey();
  }
}
