import { Injectable } from '@nestjs/common';
import type { JobData } from '#libs/contracts';
import { ControlChannel, type Execution, failedOutcome, LIMITS, lostError } from '#libs/executions';
import { OnEvents } from '#libs/on-events';
import { HandlesJob, type JobContext, type JobHandler } from '#libs/queues';
import { Runs } from '../runs/runs.service.js';
import { Claims } from '../workers/claims.service.js';
import { untilStored } from '../workers/until-stored.js';

/** Runs a function that something happening to a connection set off. It is not tried again: it may have done its work. */
@Injectable()
@HandlesJob('on-event.run')
export class OnEventProcessor implements JobHandler<'on-event.run'> {
  constructor(
    private readonly claims: Claims,
    private readonly onEvents: OnEvents,
    private readonly runs: Runs,
    private readonly control: ControlChannel,
  ) {}

  handle({ executionId }: JobData<'on-event.run'>, { signal }: JobContext): Promise<void> {
    return this.claims.take(executionId, async (execution) => {
      const outcome = await this.control.run(executionId, signal, (stop) => this.runs.run(runOf(execution), stop));
      await untilStored(`the end of ${executionId}`, () => this.onEvents.finish(executionId, outcome));
    });
  }

  lost({ executionId }: JobData<'on-event.run'>): Promise<void> {
    const outcome = failedOutcome(lostError('the process that ran the function is gone'));
    return this.claims.giveUp(executionId, () => this.onEvents.finish(executionId, outcome));
  }
}

const runOf = (execution: Execution) =>
  ({
    executionId: execution.id,
    kind: 'on-event',
    environmentId: execution.environmentId,
    functionId: execution.functionId,
    connectionRowId: execution.connectionRowId,
    operationId: execution.operationId ?? execution.id,
    input: {},
    wallMs: LIMITS['on-event'].runWithinMs,
  }) as const;
