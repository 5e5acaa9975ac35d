import { Body, Controller, Delete, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Caller, type ConnectSession, CurrentCaller, Environments } from '#libs/accounts';
import { ConnectSessions } from '#libs/connect';
import { noQuery } from '#libs/contracts';
import { Access } from '#libs/http';
import { AppError } from '#libs/kernel';
import { type CreateReconnect, createReconnect, type CreateSession, createSession, sessionReply } from './connect.dto.js';
import { newSessionOf } from './session-request.js';
import { SessionViews } from './session-views.js';

interface Data<Value> {
  readonly data: Value;
}

@ApiTags('Connect')
@Controller('connect')
export class ConnectSessionsController {
  constructor(
    private readonly sessions: ConnectSessions,
    private readonly environments: Environments,
    private readonly views: SessionViews,
  ) {}

  @Post('sessions')
  @Access('environment:connect_sessions:write')
  @ApiOperation({ summary: 'Make a session in which an end user can connect accounts' })
  @ApiCreatedResponse({ standardSchema: sessionReply })
  async create(
    @CurrentCaller() { environmentId }: Caller,
    @Query({ schema: noQuery }) _query: unknown,
    @Body({ schema: createSession }) body: CreateSession,
  ): Promise<Data<Record<string, string>>> {
    const asked = { ...newSessionOf(body), allowedIntegrations: body.allowed_integrations ?? null };
    return { data: this.views.issued(await this.sessions.create(environmentId, asked)) };
  }

  @Post('sessions/reconnect')
  @Access('environment:connect_sessions:write')
  @ApiOperation({ summary: 'Make a session in which an end user can renew the credentials of a connection' })
  @ApiCreatedResponse({ standardSchema: sessionReply })
  async reconnect(
    @CurrentCaller() { environmentId }: Caller,
    @Query({ schema: noQuery }) _query: unknown,
    @Body({ schema: createReconnect }) body: CreateReconnect,
  ): Promise<Data<Record<string, string>>> {
    const target = { providerConfigKey: body.integration_id, connectionId: body.connection_id };
    return { data: this.views.issued(await this.sessions.createReconnect(environmentId, target, newSessionOf(body))) };
  }

  @Get('session')
  @Access('session')
  @ApiOperation({ summary: 'What the Connect UI needs to know of its session' })
  async get(
    @CurrentCaller() caller: Caller,
    @Query({ schema: noQuery }) _query: unknown,
  ): Promise<Data<Record<string, unknown>>> {
    const { connectUi } = await this.environments.get(caller.environmentId);
    return { data: this.views.forUi(sessionOf(caller), connectUi) };
  }

  @Delete('session')
  @HttpCode(204)
  @Access('session')
  @ApiOperation({ summary: 'End a session before its time' })
  remove(@CurrentCaller() caller: Caller, @Query({ schema: noQuery }) _query: unknown): Promise<void> {
    return this.sessions.delete(caller.environmentId, sessionOf(caller));
  }
}

function sessionOf({ session }: Caller): ConnectSession {
  if (!session) throw new AppError('unknown_connect_session_token', 'this route is for Connect sessions');
  return session;
}
