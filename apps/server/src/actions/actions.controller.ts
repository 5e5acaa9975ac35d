import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { type Caller, CurrentCaller } from '#libs/accounts';
import { noQuery } from '#libs/contracts';
import { Access, ValidHeaders } from '#libs/http';
import { replyAccepted, replyOutcome } from './action-replies.js';
import {
  acceptedAction,
  type ActionParams,
  actionParams,
  type TriggerAction,
  triggerAction,
  type TriggerHeaders,
  triggerHeaders,
} from './actions.dto.js';
import { Actions } from './actions.service.js';

@ApiTags('Actions')
@Controller('action')
export class ActionsController {
  constructor(private readonly actions: Actions) {}

  @Post('trigger')
  @Access('environment:actions:execute')
  @ApiOperation({ summary: 'Run an action, and wait for it or not' })
  @ApiHeader({ name: 'Connection-Id', required: true })
  @ApiHeader({ name: 'Provider-Config-Key', required: true })
  @ApiHeader({ name: 'X-Async', description: 'true: answer at once with the address of the result' })
  @ApiHeader({ name: 'X-Max-Retries', description: 'Attempts beyond the first, 0 to 5; with X-Async only' })
  @ApiOkResponse({ description: "The action's output, any JSON" })
  @ApiAcceptedResponse({ standardSchema: acceptedAction })
  async trigger(
    @CurrentCaller() caller: Caller,
    @ValidHeaders(triggerHeaders) headers: TriggerHeaders,
    @Query({ schema: noQuery }) _query: object,
    @Body({ schema: triggerAction }) body: TriggerAction,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (headers['x-async']) replyAccepted(reply, await this.actions.accept(caller, headers, body));
    else replyOutcome(reply, await this.actions.run(caller, headers, body));
  }

  @Get(':id')
  @Access('environment:actions:execute')
  @ApiOperation({ summary: 'Get the result of an action that was not waited for' })
  @ApiOkResponse({ description: "The action's output, any JSON" })
  async result(
    @CurrentCaller() caller: Caller,
    @Param({ schema: actionParams }) { id }: ActionParams,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    replyOutcome(reply, await this.actions.result(caller, id));
  }
}
