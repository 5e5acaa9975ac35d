import { Injectable } from '@nestjs/common';
import { LeaderLease } from '#libs/database';
import { Deliveries } from '#libs/deliveries';
import { Decisions, Reconciler } from '#libs/executions';
import { inTime } from '#libs/kernel';
import { SyncRuns } from '#libs/scheduling';
import { Ticker } from '#libs/ticker';
import { OverdueExecutions } from './overdue-executions.service.js';

const EVERY_MS = 2_000;
const LEASE = 'sweeps';
const LEASE_MS = 15_000;
const AT_ONCE = 500;
/** A step that takes longer waits for a store. All steps together stay below the lease. */
const STEP_MS = 3_000;

/**
 * Brings back into step what a crash or a loss left behind: stores, executions, schedules, webhooks. One process does it at a time, by a
 * lease; that is for economy, since every step is decided by compare-and-set: two that both believe to lead do no harm.
 */
@Injectable()
export class Sweeper extends Ticker {
  readonly #unfinished = new Set<string>();
  #leads = false;

  constructor(
    private readonly lease: LeaderLease,
    private readonly reconciler: Reconciler,
    private readonly overdue: OverdueExecutions,
    private readonly syncRuns: SyncRuns,
    private readonly deliveries: Deliveries,
    private readonly decisions: Decisions,
  ) {
    super(EVERY_MS);
  }

  protected async tick(): Promise<void> {
    const led = this.#leads;
    this.#leads = await this.lease.hold(LEASE, LEASE_MS);
    if (!this.#leads) return;
    if (!led) this.decisions.note('leader_taken');
    await this.#step('overdue', () => this.overdue.settle());
    await this.#step('reconcile', () => this.reconciler.reconcile());
    await this.#step('schedules', async () => this.decisions.note('schedule_freed', await this.syncRuns.freeStranded(AT_ONCE)));
    await this.#step('deliveries', async () =>
      this.decisions.note('webhook_sent_again', await this.deliveries.resendOverdue(AT_ONCE)),
    );
  }

  override async beforeApplicationShutdown(): Promise<void> {
    await super.beforeApplicationShutdown();
    await this.lease.release(LEASE);
  }

  /** A step that fails, or waits for a store that is away, keeps no other from its work, and is not begun again before it has ended. */
  async #step(step: string, work: () => Promise<unknown>): Promise<void> {
    if (this.#unfinished.has(step)) return;
    this.#unfinished.add(step);
    await inTime(this.#attempt(step, work), STEP_MS, () => this.decisions.note('step_late', 1, { step }));
  }

  async #attempt(step: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.log.error({ err: error }, `${step}: the step failed and is tried again`);
    } finally {
      this.#unfinished.delete(step);
    }
  }
}
