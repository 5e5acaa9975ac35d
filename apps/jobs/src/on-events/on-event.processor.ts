import { Injectable } from '@nestjs/common';
import type { JobData } from '#libs/contracts';
import { ControlChannel, type Execution, Executions, failedOutcome, LIMITS, lostError } from '#libs/executions';
import { OnEvents } from '#libs/on-events';
import { HandlesJob, type JobContext, type JobHandler } from '#libs/queues';
import { Runs } from '../runs/runs.service.js';
import { Claims } from '../workers/claims.service.js';

/** Runs a function that something happening to a connection set off. It is not tried again: it may have done its work. */
@Injectable()
@HandlesJob('on-event.run')
export class OnEventProcessor implements JobHandler<'on-event.run'> {
  constructor(
    private readonly claims: Claims,
    private readonly executions: Executions,
    private readonly onEvents: OnEvents,
    private readonly runs: Runs,
    private readonly control: ControlChannel,
  ) {}

  async handle({ executionId }: JobData<'on-event.run'>, { signal }: JobContext): Promise<void> {
    const execution = await this.claims.claim(executionId);
    if (!execution) return;
    const outcome = await this.control.run(executionId, signal, (stop) => this.runs.run(runOf(execution), stop));
    await this.onEvents.finish(executionId, outcome);
  }

  /** What was never claimed did not run: it stays in line. */
  async lost({ executionId }: JobData<'on-event.run'>): Promise<void> {
    const execution = await this.executions.find(executionId);
    if (execution?.state !== 'running') return;
    await this.onEvents.finish(executionId, failedOutcome(lostError('the process that ran the function is gone')));
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
