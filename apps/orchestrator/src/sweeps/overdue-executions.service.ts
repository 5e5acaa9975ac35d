import { Injectable, Logger } from '@nestjs/common';
import { AsyncActions, Executions, failedOutcome, type OverdueExecution, overdueSettlement, Reconciler } from '#libs/executions';
import { counter } from '#libs/metrics';
import { OnEvents } from '#libs/on-events';
import { SyncRuns } from '#libs/scheduling';

const decisions = counter('fairlead.reconciler.decisions');

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
  ) {}

  async settle(): Promise<void> {
    for (const execution of await this.reconciler.overdue()) {
      if (!(await this.#settleOne(execution))) continue;
      this.executions.stop(execution.id);
      decisions.add({ decision: `ended_${execution.cause}`, kind: execution.kind });
      this.#log.warn(`${execution.kind} ${execution.id} was ended: ${execution.cause}`);
    }
  }

  /** An action somebody waits for has no row before it has ended. */
  async #settleOne(execution: OverdueExecution): Promise<boolean> {
    const { id, kind, cause } = execution;
    const settlement = overdueSettlement(execution);
    const outcome = failedOutcome(settlement.error);
    const state = settlement.state === 'expired' ? 'expired' : 'failed';
    if (kind === 'sync') return this.syncRuns.finish(id, outcome, { lost: cause === 'worker_lost', state });
    if (kind === 'on-event') return this.onEvents.finish(id, outcome, state);
    return kind === 'action-async' && this.asyncActions.finish(id, outcome, state);
  }
}
