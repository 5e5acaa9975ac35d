import { Controller, Get, Inject, Param, Query, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { type Caller, CurrentCaller } from '#libs/accounts';
import { BrowserFlows } from '#libs/connect';
import { Access } from '#libs/http';
import { type AttemptParams, attemptParams, type BrowserQuery, browserQuery, requestOf } from '../auth/attempt.dto.js';
import { OAuthErrorFilter } from './oauth-error.filter.js';
import { OAUTH_OPTIONS, type OAuthOptions } from './oauth.options.js';
import { stateCookie } from './state-cookie.js';

/** Sends an end user's browser to a provider (spec/auth.md §3.1). */
@ApiExcludeController()
@Controller('oauth/connect')
@UseFilters(OAuthErrorFilter)
export class OAuthConnectController {
  constructor(
    private readonly flows: BrowserFlows,
    @Inject(OAUTH_OPTIONS) private readonly options: OAuthOptions,
  ) {}

  @Get(':providerConfigKey')
  @Access('connect')
  async start(
    @CurrentCaller() caller: Caller,
    @Param({ schema: attemptParams }) { providerConfigKey }: AttemptParams,
    @Query({ schema: browserQuery }) query: BrowserQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { url, state } = await this.flows.begin(caller, providerConfigKey, browserRequestOf(caller, query));
    void reply
      .headers({ 'set-cookie': stateCookie(state, this.options.isHttps), 'cache-control': 'no-store' })
      .redirect(url, 302);
  }
}

const browserRequestOf = (caller: Caller, query: BrowserQuery) => ({
  ...requestOf(caller, query),
  wsClientId: query.ws_client_id,
  userScope: query.user_scope,
  authorizationParams: query.authorization_params,
  overrides: query.credentials,
});
