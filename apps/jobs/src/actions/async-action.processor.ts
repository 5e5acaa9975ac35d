import { Injectable } from '@nestjs/common';
import type { JobData } from '#libs/contracts';
import { AsyncActions, ControlChannel, type Execution, failedOutcome, LIMITS, lostError } from '#libs/executions';
import { HandlesJob, type JobContext, type JobHandler } from '#libs/queues';
import { Claims } from '../workers/claims.service.js';
import { untilStored } from '../workers/until-stored.js';
import { CheckedRuns } from './checked-runs.service.js';

/** Runs one attempt at an action that was accepted and is asked for later. */
@Injectable()
@HandlesJob('action.run-async')
export class AsyncActionProcessor implements JobHandler<'action.run-async'> {
  constructor(
    private readonly claims: Claims,
    private readonly actions: AsyncActions,
    private readonly runs: CheckedRuns,
    private readonly control: ControlChannel,
  ) {}

  handle({ executionId }: JobData<'action.run-async'>, { signal }: JobContext): Promise<void> {
    return this.claims.take(executionId, async (execution) => {
      const outcome = await this.control.run(executionId, signal, (stop) => this.runs.run(runOf(execution), stop));
      await untilStored(`the end of ${executionId}`, () => this.actions.finish(executionId, outcome));
    });
  }

  lost({ executionId }: JobData<'action.run-async'>): Promise<void> {
    const outcome = failedOutcome(lostError('the process that ran the action is gone'));
    return this.claims.giveUp(executionId, () => this.actions.finish(executionId, outcome));
  }
}

const runOf = (execution: Execution) =>
  ({
    executionId: execution.id,
    kind: 'action-async',
    environmentId: execution.environmentId,
    functionId: execution.functionId,
    connectionRowId: execution.connectionRowId,
    operationId: execution.operationId ?? execution.id,
    input: execution.input,
    wallMs: LIMITS['action-async'].runWithinMs,
  }) as const;
