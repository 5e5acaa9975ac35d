import { Controller, Get, Header, Headers, Param, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { noQuery } from '#libs/contracts';
import { Access } from '#libs/http';
import { replyCacheable } from './cacheable.js';
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

const ACCEPT_LANGUAGE = { name: 'Accept-Language', description: 'Language of texts: en, es, fr or de' };

@ApiTags('Providers')
@Controller()
export class ProvidersController {
  constructor(private readonly views: ProviderViews) {}

  @Get('providers')
  @Access('session', 'environment')
  @Header('vary', 'Accept-Language')
  @ApiOperation({ summary: 'List providers' })
  @ApiHeader(ACCEPT_LANGUAGE)
  @ApiOkResponse({ standardSchema: providersReply })
  list(
    @Query({ schema: providersQuery }) { search }: ProvidersQuery,
    @Headers('accept-language') languages?: string,
  ): { data: ShownProvider[] } {
    return { data: this.views.list(search, languages) };
  }

  @Get('providers/:provider')
  @Access('session', 'environment')
  @Header('vary', 'Accept-Language')
  @ApiOperation({ summary: 'Get a provider' })
  @ApiHeader(ACCEPT_LANGUAGE)
  @ApiOkResponse({ standardSchema: providerReply })
  get(
    @Param({ schema: providerParams }) { provider }: ProviderParams,
    @Query({ schema: noQuery }) _query: unknown,
    @Headers('accept-language') languages?: string,
  ): { data: ShownProvider } {
    return { data: this.views.get(provider, languages) };
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
  @ApiOperation({ summary: 'The whole catalogue, by provider key' })
  @ApiOkResponse({ schema: { type: 'object' } })
  catalogue(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    replyCacheable(request, reply, this.views.catalogueByKey());
  }
}
