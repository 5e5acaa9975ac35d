import { Injectable, Logger } from '@nestjs/common';
import type { ExecutionKind } from '#libs/contracts';
import { counter } from '#libs/metrics';

const decisions = counter('fairlead.reconciler.decisions');

/** Everything that may be decided about work whose process, queue or store was lost, and how a log says it. */
const DECISIONS = {
  leader_taken: 'this process sweeps from now on',
  redis_rebuilt: 'the queues are filled anew: Redis was emptied',
  running_counted: 'executions that run were unknown to Redis and are counted again',
  queued_offered: 'executions that wait were unknown to Redis and are offered again',
  slot_freed: 'executions that have ended still held a slot',
  job_enqueued: 'admitted executions had lost their job and got another',
  action_given_up: 'actions that are waited for had lost their job; their callers are told',
  ended_start_deadline: 'an execution did not start in time and has expired',
  ended_run_deadline: 'an execution did not end in time and has expired',
  ended_worker_lost: 'an execution whose process is gone has failed',
  schedule_freed: 'schedules waited for a run that had ended; they go on',
  webhook_sent_again: 'webhooks whose attempt was lost are sent again',
  step_late: 'a step of the sweep waits for a store that does not answer; the others go on',
} as const;
export type Decision = keyof typeof DECISIONS;

export interface DecisionFacts {
  readonly kind?: ExecutionKind;
  readonly executionId?: string;
  readonly step?: string;
}

/** What is decided without anybody having asked: each decision is logged and counted, so that an operator sees what was lost and mended. */
@Injectable()
export class Decisions {
  readonly #log = new Logger('Reconciler');

  /** @param count how many it was decided about; none is no decision */
  note(decision: Decision, count = 1, facts: DecisionFacts = {}): void {
    if (count === 0) return;
    decisions.add({ decision, kind: facts.kind ?? '' }, count);
    const entry = { decision, count, ...facts };
    if (decision === 'leader_taken') this.#log.log(entry, DECISIONS[decision]);
    else this.#log.warn(entry, DECISIONS[decision]);
  }
}
