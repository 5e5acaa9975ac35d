import { Body, Controller, Headers, HttpCode, Post, Res, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { ExecutionClaims } from '#libs/contracts';
import { Access, ValidHeaders } from '#libs/http';
import { replyOutcome } from '../actions/action-replies.js';
import { type TriggerAction, triggerAction, type TriggerHeaders, triggerHeaders } from '../actions/actions.dto.js';
import { Actions } from '../actions/actions.service.js';
import { SyncRequests } from '../syncs/sync-requests.service.js';
import { type CommandSyncs, commandSyncs, type SuccessReply, type TriggerSyncs, triggerSyncs } from '../syncs/syncs.dto.js';
import { CurrentExecution, ExecutionGuard } from './execution.guard.js';
import { RunCallers } from './run-callers.service.js';

const DONE: SuccessReply = { success: true };

/** What functions run of others (spec/functions.md §2.3): the public routes of these names, for who has an execution token in place of a key. */
@ApiExcludeController()
@UseGuards(ExecutionGuard)
@Controller('internal')
export class InvocationsController {
  constructor(
    private readonly actions: Actions,
    private readonly syncs: SyncRequests,
    private readonly callers: RunCallers,
  ) {}

  @Post('action/trigger')
  @Access('execution')
  async action(
    @CurrentExecution() run: ExecutionClaims,
    @ValidHeaders(triggerHeaders) headers: TriggerHeaders,
    @Body({ schema: triggerAction }) body: TriggerAction,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { outcome } = await this.actions.run(await this.callers.of(run), headers, body);
    replyOutcome(reply, outcome);
  }

  @Post('sync/trigger')
  @HttpCode(200)
  @Access('execution')
  async sync(
    @CurrentExecution() run: ExecutionClaims,
    @Body({ schema: triggerSyncs }) body: TriggerSyncs,
    @Headers('provider-config-key') key: string | undefined,
    @Headers('connection-id') connectionId: string | undefined,
  ): Promise<SuccessReply> {
    const caller = await this.callers.of(run);
    await this.syncs.trigger(caller, body.provider_config_key ?? key, body.connection_id ?? connectionId, body);
    return DONE;
  }

  @Post('sync/start')
  @HttpCode(200)
  @Access('execution')
  async start(
    @CurrentExecution() run: ExecutionClaims,
    @Body({ schema: commandSyncs }) body: CommandSyncs,
  ): Promise<SuccessReply> {
    await this.syncs.start(await this.callers.of(run), body);
    return DONE;
  }
}
