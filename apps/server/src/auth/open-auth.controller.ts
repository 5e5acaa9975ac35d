import { Body, Controller, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller } from '#libs/accounts';
import { Access } from '#libs/http';
import { type AttemptParams, attemptParams, type AttemptQuery, attemptQuery } from './attempt.dto.js';
import { asClassic, asClientAuth } from './direct-auth-errors.js';
import {
  checkClient,
  type ClientBody,
  clientBody,
  connectedReply,
  type FreeBody,
  freeBody,
  withoutType,
} from './direct-auth.dto.js';
import { type ConnectedReply, DirectAuth } from './direct-auth.service.js';

/** Forms whose fields are the provider’s, and those without fields (spec/api.md §3.18). */
@ApiTags('Connect')
@Controller()
@Access('connect')
export class OpenAuthController {
  constructor(private readonly auth: DirectAuth) {}

  @Post('auth/jwt/:providerConfigKey')
  @HttpCode(200)
  @ApiOperation({ summary: 'Connect an account with a key that signs tokens' })
  @ApiOkResponse({ standardSchema: connectedReply })
  jwt(
    @CurrentCaller() caller: Caller,
    @Param({ schema: attemptParams }) params: AttemptParams,
    @Query({ schema: attemptQuery }) query: AttemptQuery,
    @Body({ schema: freeBody }) body: FreeBody,
  ): Promise<ConnectedReply> {
    return asClassic(this.auth.connect(caller, params, query, 'JWT', withoutType(body)));
  }

  @Post('auth/two-step/:providerConfigKey')
  @HttpCode(200)
  @ApiOperation({ summary: 'Connect an account whose token is fetched first' })
  @ApiOkResponse({ standardSchema: connectedReply })
  twoStep(
    @CurrentCaller() caller: Caller,
    @Param({ schema: attemptParams }) params: AttemptParams,
    @Query({ schema: attemptQuery }) query: AttemptQuery,
    @Body({ schema: freeBody }) body: FreeBody,
  ): Promise<ConnectedReply> {
    return asClassic(this.auth.connect(caller, params, query, 'TWO_STEP', withoutType(body)));
  }

  @Post('oauth2/auth/:providerConfigKey')
  @HttpCode(200)
  @ApiOperation({ summary: 'Connect an account with OAuth client credentials' })
  @ApiOkResponse({ standardSchema: connectedReply })
  client(
    @CurrentCaller() caller: Caller,
    @Param({ schema: attemptParams }) params: AttemptParams,
    @Query({ schema: attemptQuery }) query: AttemptQuery,
    @Body({ schema: clientBody }) body: ClientBody,
  ): Promise<ConnectedReply> {
    return asClientAuth(this.auth.connect(caller, params, query, 'OAUTH2_CC', checkClient(body)));
  }

  @Post('auth/oauth-outbound/:providerConfigKey')
  @HttpCode(200)
  @ApiOperation({ summary: 'Make a connection that an installation at the provider completes' })
  @ApiOkResponse({ standardSchema: connectedReply })
  outbound(
    @CurrentCaller() caller: Caller,
    @Param({ schema: attemptParams }) params: AttemptParams,
    @Query({ schema: attemptQuery }) query: AttemptQuery,
  ): Promise<ConnectedReply> {
    return this.auth.connectLater(caller, params, query);
  }

  @Post('auth/unauthenticated/:providerConfigKey')
  @HttpCode(200)
  @ApiOperation({ summary: 'Make a connection to an API that needs no credentials' })
  @ApiOkResponse({ standardSchema: connectedReply })
  unauthenticated(
    @CurrentCaller() caller: Caller,
    @Param({ schema: attemptParams }) params: AttemptParams,
    @Query({ schema: attemptQuery }) query: AttemptQuery,
  ): Promise<ConnectedReply> {
    return this.auth.connect(caller, params, query, 'NONE', {});
  }
}
