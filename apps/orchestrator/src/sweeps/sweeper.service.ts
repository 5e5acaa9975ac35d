import { Injectable } from '@nestjs/common';
import { Deliveries } from '#libs/deliveries';
import { ExecutionCaps, Reconciler } from '#libs/executions';
import { SyncRuns } from '#libs/scheduling';
import { Ticker } from '#libs/ticker';
import { LeaderSteps } from './leader-steps.service.js';
import { OverdueExecutions } from './overdue-executions.service.js';

const EVERY_MS = 2_000;
const LEASE = 'sweeps';
const AT_ONCE = 500;
const SCHEDULES_AT_ONCE = 5_000;

/** Brings back into step what a crash or a loss left behind: stores, executions, schedules, webhooks. */
@Injectable()
export class Sweeper extends Ticker {
  constructor(
    private readonly steps: LeaderSteps,
    private readonly caps: ExecutionCaps,
    private readonly reconciler: Reconciler,
    private readonly overdue: OverdueExecutions,
    private readonly syncRuns: SyncRuns,
    private readonly deliveries: Deliveries,
  ) {
    super(EVERY_MS);
  }

  protected async tick(): Promise<void> {
    if (!(await this.steps.lead(LEASE))) return;
    await this.steps.take('overdue', () => this.overdue.settle(() => this.isStopped));
    // Before queues are rebuilt, so that nobody starts more than it may.
    await this.steps.take('caps', () => this.caps.publishChanged());
    await this.steps.take('reconcile', () => this.reconciler.reconcile());
    await this.steps.take('schedules', () => this.syncRuns.freeStranded(SCHEDULES_AT_ONCE), 'schedule_freed');
    await this.steps.take('deliveries', () => this.deliveries.resendOverdue(AT_ONCE), 'webhook_sent_again');
  }

  override async beforeApplicationShutdown(): Promise<void> {
    await super.beforeApplicationShutdown();
    await this.steps.release(LEASE);
  }
}
