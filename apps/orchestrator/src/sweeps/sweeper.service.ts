import { Injectable } from '@nestjs/common';
import { LeaderLease } from '#libs/database';
import { Deliveries } from '#libs/deliveries';
import { ExecutionCaps, Reconciler } from '#libs/executions';
import { SyncRuns } from '#libs/scheduling';
import { Ticker } from '#libs/ticker';
import { OverdueExecutions } from './overdue-executions.service.js';

const EVERY_MS = 2_000;
const LEASE = 'sweeps';
const LEASE_MS = 15_000;
const AT_ONCE = 500;
const SCHEDULES_AT_ONCE = 5_000;

/** Brings back into step what a crash or a loss left behind: stores, executions, schedules, webhooks. */
@Injectable()
export class Sweeper extends Ticker {
  constructor(
    private readonly lease: LeaderLease,
    private readonly caps: ExecutionCaps,
    private readonly reconciler: Reconciler,
    private readonly overdue: OverdueExecutions,
    private readonly syncRuns: SyncRuns,
    private readonly deliveries: Deliveries,
  ) {
    super(EVERY_MS);
  }

  protected async tick(): Promise<void> {
    if (!(await this.lease.hold(LEASE, LEASE_MS))) return;
    await this.overdue.settle(() => this.isStopped);
    // Before queues are rebuilt, so that nobody starts more than it may.
    await this.caps.publishChanged();
    await this.reconciler.reconcile();
    await this.syncRuns.freeStranded(SCHEDULES_AT_ONCE);
    await this.deliveries.resendOverdue(AT_ONCE);
  }

  override async beforeApplicationShutdown(): Promise<void> {
    await super.beforeApplicationShutdown();
    await this.lease.release(LEASE);
  }
}
