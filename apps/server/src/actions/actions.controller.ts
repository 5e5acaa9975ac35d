import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { type Caller, CurrentCaller } from '#libs/accounts';
import { noQuery } from '#libs/contracts';
import { Access, ValidHeaders } from '#libs/http';
import { markReplay, replyAccepted, replyOutcome } from './action-replies.js';
import {
  acceptedAction,
  type ActionParams,
  actionParams,
  cancelledAction,
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
  @ApiHeader({
    name: 'Idempotency-Key',
    description:
      'Up to 255 characters of your own: for a day, the same request with the same key is answered as the first, and not run again',
  })
  @ApiOkResponse({ description: "The action's output, any JSON" })
  @ApiAcceptedResponse({ standardSchema: acceptedAction })
  async trigger(
    @CurrentCaller() caller: Caller,
    @ValidHeaders(triggerHeaders) headers: TriggerHeaders,
    @Query({ schema: noQuery }) _query: object,
    @Body({ schema: triggerAction }) body: TriggerAction,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (headers['x-async']) return replyAccepted(reply, await this.actions.accept(caller, headers, body));
    const { outcome, isReplay } = await this.actions.run(caller, headers, body);
    markReplay(reply, isReplay);
    replyOutcome(reply, outcome);
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

  @Post(':id/cancel')
  @HttpCode(200)
  @Access('environment:actions:execute')
  @ApiOperation({ summary: 'Cancel an action that was not waited for: what waits never starts, what runs is stopped' })
  @ApiOkResponse({ standardSchema: cancelledAction })
  async cancel(
    @CurrentCaller() caller: Caller,
    @Param({ schema: actionParams }) { id }: ActionParams,
    @Query({ schema: noQuery }) _query: object,
  ): Promise<z.output<typeof cancelledAction>> {
    await this.actions.cancel(caller, id);
    return { id, status: 'cancelled' };
  }
}
