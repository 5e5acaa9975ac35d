import { Injectable } from '@nestjs/common';
import type { Outcome } from '#libs/contracts';
import {
  ActionAnswers,
  type ActionJob,
  ControlChannel,
  expiredError,
  failedOutcome,
  LIMITS,
  lostError,
  WORKER_HEARTBEAT_MS,
} from '#libs/executions';
import { histogram } from '#libs/metrics';
import { HandlesJob, type JobContext, type JobHandler } from '#libs/queues';
import { untilStored } from '../workers/until-stored.js';
import { CheckedRuns } from './checked-runs.service.js';

const waited = histogram('fairlead.executions.waited');

/** A caller that waits longer than this before the start is told of it, so that it does not give up. */
const LATE_MS = 1_000;

/** Runs an action somebody waits for: no row before it ends, the answer goes straight to the process that waits. */
@Injectable()
@HandlesJob('action.run')
export class ActionProcessor implements JobHandler<'action.run'> {
  constructor(
    private readonly runs: CheckedRuns,
    private readonly answers: ActionAnswers,
    private readonly control: ControlChannel,
  ) {}

  async handle(job: ActionJob, { signal }: JobContext): Promise<void> {
    const startedAtMs = Date.now();
    const waitedMs = startedAtMs - job.createdAtMs;
    if (waitedMs > (job.startWithinMs ?? LIMITS.action.startWithinMs)) {
      const outcome = failedOutcome(expiredError(job.executionId, 'createdToStartedTimeoutSecs_exceeded'));
      return this.#answer(job, outcome, undefined);
    }
    waited.record({ kind: 'action' }, waitedMs / 1000);
    if (waitedMs > LATE_MS) this.answers.alive(job);
    await this.#answer(job, await this.#run(job, signal), startedAtMs);
  }

  lost(job: ActionJob): Promise<void> {
    return this.#answer(job, failedOutcome(lostError('the process that ran the action is gone')), undefined);
  }

  async #run(job: ActionJob, signal: AbortSignal): Promise<Outcome> {
    const { executionId, environmentId, functionId, connectionRowId, operationId } = job;
    const facts = { executionId, environmentId, functionId, connectionRowId, operationId };
    const alive = setInterval(() => this.answers.alive(job), WORKER_HEARTBEAT_MS);
    try {
      const input = await this.answers.inputOf(job);
      const run = { ...facts, kind: 'action', input, wallMs: job.runWithinMs ?? LIMITS.action.runWithinMs } as const;
      return await this.control.run(executionId, signal, (stop) => this.runs.run(run, stop));
    } finally {
      clearInterval(alive);
    }
  }

  async #answer(job: ActionJob, outcome: Outcome, startedAtMs: number | undefined): Promise<void> {
    const answer = () => this.answers.answer(job, outcome, startedAtMs);
    // Of one that is kept, the ledger has to know before anybody does.
    await (job.isKept ? untilStored(`the end of ${job.executionId}`, answer) : answer());
  }
}
