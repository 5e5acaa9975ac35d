import { Injectable } from '@nestjs/common';
import type { JobData } from '#libs/contracts';
import { AsyncActions, ControlChannel, type Execution, Executions, failedOutcome, LIMITS, lostError } from '#libs/executions';
import { HandlesJob, type JobContext, type JobHandler } from '#libs/queues';
import { Claims } from '../workers/claims.service.js';
import { CheckedRuns } from './checked-runs.service.js';

/** Runs one attempt at an action that was accepted and is asked for later. */
@Injectable()
@HandlesJob('action.run-async')
export class AsyncActionProcessor implements JobHandler<'action.run-async'> {
  constructor(
    private readonly claims: Claims,
    private readonly executions: Executions,
    private readonly actions: AsyncActions,
    private readonly runs: CheckedRuns,
    private readonly control: ControlChannel,
  ) {}

  async handle({ executionId }: JobData<'action.run-async'>, { signal }: JobContext): Promise<void> {
    const execution = await this.claims.claim(executionId);
    if (!execution) return;
    const outcome = await this.control.run(executionId, signal, (stop) => this.runs.run(runOf(execution), stop));
    await this.actions.finish(executionId, outcome);
  }

  /** What was never claimed did not run: it stays in line. */
  async lost({ executionId }: JobData<'action.run-async'>): Promise<void> {
    const execution = await this.executions.find(executionId);
    if (execution?.state !== 'running') return;
    const outcome = failedOutcome(lostError('the process that ran the action is gone'));
    await this.actions.finish(executionId, outcome);
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
