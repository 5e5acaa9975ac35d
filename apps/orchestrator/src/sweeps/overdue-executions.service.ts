import { Injectable } from '@nestjs/common';
import {
  AsyncActions,
  Decisions,
  Executions,
  failedOutcome,
  type OverdueExecution,
  overdueSettlement,
  Reconciler,
} from '#libs/executions';
import { OnEvents } from '#libs/on-events';
import { SyncRuns } from '#libs/scheduling';

/** Ends executions that nobody will end any more, each as its kind wants it. */
@Injectable()
export class OverdueExecutions {
  constructor(
    private readonly reconciler: Reconciler,
    private readonly executions: Executions,
    private readonly asyncActions: AsyncActions,
    private readonly syncRuns: SyncRuns,
    private readonly onEvents: OnEvents,
    private readonly decisions: Decisions,
  ) {}

  async settle(): Promise<void> {
    for (const execution of await this.reconciler.overdue()) {
      if (!(await this.#settleOne(execution))) continue;
      this.executions.stop(execution.id);
      this.decisions.note(`ended_${execution.cause}`, 1, { kind: execution.kind, executionId: execution.id });
    }
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
