import { Body, Controller, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller } from '#libs/accounts';
import { Access } from '#libs/http';
import { type AttemptParams, attemptParams, type AttemptQuery, attemptQuery } from './attempt.dto.js';
import { asTba } from './direct-auth-errors.js';
import {
  type ApiKeyBody,
  apiKeyBody,
  type AwsBody,
  awsBody,
  type BasicBody,
  basicBody,
  type BillBody,
  billBody,
  connectedReply,
  type SignatureBody,
  signatureBody,
  type TbaBody,
  tbaBody,
  withoutType,
} from './direct-auth.dto.js';
import { type ConnectedReply, DirectAuth } from './direct-auth.service.js';

/** Forms whose fields are the same for all providers (spec/api.md §3.18). */
@ApiTags('Connect')
@Controller()
@Access('connect')
export class TypedAuthController {
  constructor(private readonly auth: DirectAuth) {}

  @Post('api-auth/api-key/:providerConfigKey')
  @HttpCode(200)
  @ApiOperation({ summary: 'Connect an account with an API key' })
  @ApiOkResponse({ standardSchema: connectedReply })
  apiKey(
    @CurrentCaller() caller: Caller,
    @Param({ schema: attemptParams }) params: AttemptParams,
    @Query({ schema: attemptQuery }) query: AttemptQuery,
    @Body({ schema: apiKeyBody }) body: ApiKeyBody,
  ): Promise<ConnectedReply> {
    return this.auth.connect(caller, params, query, 'API_KEY', body);
  }

  @Post('api-auth/basic/:providerConfigKey')
  @HttpCode(200)
  @ApiOperation({ summary: 'Connect an account with a user name and password' })
  @ApiOkResponse({ standardSchema: connectedReply })
  basic(
    @CurrentCaller() caller: Caller,
    @Param({ schema: attemptParams }) params: AttemptParams,
    @Query({ schema: attemptQuery }) query: AttemptQuery,
    @Body({ schema: basicBody }) body: BasicBody,
  ): Promise<ConnectedReply> {
    return this.auth.connect(caller, params, query, 'BASIC', body);
  }

  @Post('auth/tba/:providerConfigKey')
  @HttpCode(200)
  @ApiOperation({ summary: 'Connect an account with token-based authentication' })
  @ApiOkResponse({ standardSchema: connectedReply })
  tba(
    @CurrentCaller() caller: Caller,
    @Param({ schema: attemptParams }) params: AttemptParams,
    @Query({ schema: attemptQuery }) query: AttemptQuery,
    @Body({ schema: tbaBody }) body: TbaBody,
  ): Promise<ConnectedReply> {
    return asTba(this.auth.connect(caller, params, query, 'TBA', body));
  }

  @Post('auth/bill/:providerConfigKey')
  @HttpCode(200)
  @ApiOperation({ summary: 'Connect a BILL account' })
  @ApiOkResponse({ standardSchema: connectedReply })
  bill(
    @CurrentCaller() caller: Caller,
    @Param({ schema: attemptParams }) params: AttemptParams,
    @Query({ schema: attemptQuery }) query: AttemptQuery,
    @Body({ schema: billBody }) body: BillBody,
  ): Promise<ConnectedReply> {
    return this.auth.connect(caller, params, query, 'BILL', body);
  }

  @Post('auth/signature/:providerConfigKey')
  @HttpCode(200)
  @ApiOperation({ summary: 'Connect an account whose requests are signed' })
  @ApiOkResponse({ standardSchema: connectedReply })
  signature(
    @CurrentCaller() caller: Caller,
    @Param({ schema: attemptParams }) params: AttemptParams,
    @Query({ schema: attemptQuery }) query: AttemptQuery,
    @Body({ schema: signatureBody }) body: SignatureBody,
  ): Promise<ConnectedReply> {
    return this.auth.connect(caller, params, query, 'SIGNATURE', withoutType(body));
  }

  @Post('auth/aws-sigv4/:providerConfigKey')
  @HttpCode(200)
  @ApiOperation({ summary: 'Connect an AWS role' })
  @ApiOkResponse({ standardSchema: connectedReply })
  aws(
    @CurrentCaller() caller: Caller,
    @Param({ schema: attemptParams }) params: AttemptParams,
    @Query({ schema: attemptQuery }) query: AttemptQuery,
    @Body({ schema: awsBody }) body: AwsBody,
  ): Promise<ConnectedReply> {
    return this.auth.connect(caller, params, query, 'AWS_SIGV4', body);
  }
}
