import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { LeaderLease } from '#libs/database';
import { messageOf } from '#libs/kernel';
import { gauges, type Report } from '#libs/metrics';
import { Installation, type Snapshot } from './installation.service.js';

/** How many environments are told apart. */
export const METRICS_ENVIRONMENTS = Symbol('metrics-environments');

const LEASE = 'metrics';
/** Longer than scrapers pause, so that the same replica answers each time. */
const LEASE_MS = 120_000;
/** Scrapers that come together share one look. */
const FRESH_MS = 5_000;

const NAMES = [
  'fairlead.executions.waiting',
  'fairlead.executions.running',
  'fairlead.executions.oldest_ready_age',
  'fairlead.environments.waiting',
  'fairlead.environments.running',
  'fairlead.queues.jobs',
  'fairlead.workers.alive',
  'fairlead.schedules.overdue',
  'fairlead.schedules.oldest_overdue_age',
  'fairlead.deliveries.pending',
  'fairlead.deliveries.oldest_pending_age',
] as const;

/**
 * What is true of the whole installation, told by one orchestrator at a time: the sum over all replicas is right. Nothing is looked up
 * while nobody asks.
 */
@Injectable()
export class InstallationMetrics implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #log = new Logger(InstallationMetrics.name);
  #unwatch: (() => void) | undefined;
  #looking: Promise<Snapshot | undefined> | undefined;
  #lookedAt = 0;

  constructor(
    private readonly lease: LeaderLease,
    private readonly installation: Installation,
    @Inject(METRICS_ENVIRONMENTS) private readonly environments: number,
  ) {}

  onApplicationBootstrap(): void {
    this.#unwatch = gauges('installation', NAMES, async (report) => {
      const snapshot = await this.#latest();
      if (snapshot) tell(snapshot, report);
    });
  }

  /** The next replica need not wait for the lease to run out. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#unwatch?.();
    if (await this.#looking?.catch(() => undefined)) await this.lease.release(LEASE);
  }

  #latest(): Promise<Snapshot | undefined> {
    if (!this.#looking || Date.now() - this.#lookedAt > FRESH_MS) {
      this.#lookedAt = Date.now();
      this.#looking = this.#look();
    }
    return this.#looking;
  }

  /** Undefined where another replica tells. */
  async #look(): Promise<Snapshot | undefined> {
    try {
      if (!(await this.lease.hold(LEASE, LEASE_MS))) return undefined;
      return await this.installation.look(this.environments);
    } catch (error) {
      this.#log.warn(`nothing can be told of the installation: ${messageOf(error)}`);
      throw error;
    }
  }
}

function tell({ backlogs, queues, workers, schedules, deliveries }: Snapshot, report: Report<(typeof NAMES)[number]>): void {
  for (const { kind, waiting, running, oldestMs, environments } of backlogs) {
    report('fairlead.executions.waiting', { kind }, waiting);
    report('fairlead.executions.running', { kind }, running);
    report('fairlead.executions.oldest_ready_age', { kind }, oldestMs / 1000);
    for (const { environmentId, ...its } of environments) {
      const labels = { kind, environment: String(environmentId) };
      report('fairlead.environments.waiting', labels, its.waiting);
      report('fairlead.environments.running', labels, its.running);
    }
  }
  for (const [queue, counts] of queues) {
    for (const [state, count] of Object.entries(counts)) report('fairlead.queues.jobs', { queue, state }, count);
  }
  for (const [kind, alive] of workers) report('fairlead.workers.alive', { kind }, alive);
  report('fairlead.schedules.overdue', {}, schedules.count);
  report('fairlead.schedules.oldest_overdue_age', {}, schedules.oldestMs / 1000);
  report('fairlead.deliveries.pending', {}, deliveries.count);
  report('fairlead.deliveries.oldest_pending_age', {}, deliveries.oldestMs / 1000);
}
