import { Injectable, Logger } from '@nestjs/common';
import {
  AsyncActions,
  Decisions,
  Executions,
  failedOutcome,
  type OverdueExecution,
  overdueSettlement,
  Reconciler,
} from '#libs/executions';
import { messageOf } from '#libs/kernel';
import { OnEvents } from '#libs/on-events';
import { SyncRuns } from '#libs/scheduling';

const MOST_SLICES = 25;

/** Ends executions that nobody will end any more, each as its kind wants it. */
@Injectable()
export class OverdueExecutions {
  readonly #log = new Logger(OverdueExecutions.name);

  constructor(
    private readonly reconciler: Reconciler,
    private readonly executions: Executions,
    private readonly asyncActions: AsyncActions,
    private readonly syncRuns: SyncRuns,
    private readonly onEvents: OnEvents,
    private readonly decisions: Decisions,
  ) {}

  /** In slices, until none is left that can be ended, or others of the round have waited enough. @param isStopped asked between slices */
  async settle(isStopped: () => boolean): Promise<void> {
    for (let slice = 0, ended = 1; ended > 0 && slice < MOST_SLICES && !isStopped(); slice += 1) {
      ended = 0;
      for (const execution of await this.reconciler.overdue()) if (await this.#end(execution)) ended += 1;
    }
  }

  /** One that cannot be ended, such as of an environment that is gone, does not keep the others from their end. */
  async #end(execution: OverdueExecution): Promise<boolean> {
    const { id, kind, cause } = execution;
    try {
      if (!(await this.#settleOne(execution))) return false;
    } catch (error) {
      this.#log.error({ err: error }, `${kind} ${id} is overdue (${cause}) and could not be ended: ${messageOf(error)}`);
      return false;
    }
    this.executions.stop(id);
    this.decisions.note(`ended_${cause}`, 1, { kind, executionId: id });
    return true;
  }

  /** An action somebody waits for has no row before it has ended. */
  async #settleOne(overdue: OverdueExecution): Promise<boolean> {
    const { id, kind, cause } = overdue;
    const settlement = overdueSettlement(overdue);
    const outcome = failedOutcome(settlement.error);
    const state = settlement.state === 'expired' ? 'expired' : 'failed';
    if (kind === 'sync') return this.syncRuns.finish(id, outcome, { lost: cause === 'worker_lost', state });
    if (kind === 'on-event') return this.onEvents.finish(id, outcome, state);
    return kind === 'action-async' && this.asyncActions.finish(id, outcome, state);
  }
}
