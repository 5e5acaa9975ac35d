import type { Ask, Buckets, Report } from './buckets.js';
import { rateLimited } from './domain/rate-limited.js';
import { QUIET_MS } from './governed.js';
import type { GovernorMetrics } from './governor-metrics.js';
import type { Watch } from './watch.js';

/** What stands before all calls of a process: what it knows of buckets, and whoever keeps them. */
export class Gate<Via> {
  constructor(
    readonly watch: Watch,
    private readonly buckets: Buckets<Via>,
    private readonly metrics: GovernorMetrics,
  ) {}

  /** As `Buckets.admit`; who would wait in vain as far as this process knows is refused without a question. */
  admit(bucket: string, ask: Ask<Via>): Promise<string | undefined> | undefined {
    const engagement = this.watch.find(bucket);
    if (!engagement) return undefined;
    const { blockedForMs } = engagement;
    if (blockedForMs <= ask.maxWaitMs) return this.#ask(bucket, ask);
    this.metrics.refused();
    return Promise.reject(rateLimited(ask.connection, blockedForMs));
  }

  /** As `Buckets.report`; trouble is known here at once, whoever keeps the buckets may know better. */
  report(bucket: string, report: Report<Via>): void {
    const learnt = report.seen?.learnt;
    if (learnt?.low) {
      const known = this.watch.engagementOf(bucket);
      const blockedForMs = Math.max(known.blockedForMs, learnt.blockedForMs ?? 0);
      const engagedForMs = Math.max(known.engagedForMs, blockedForMs + QUIET_MS, (learnt.resetsInMs ?? 0) + QUIET_MS);
      this.watch.engage(bucket, { engagedForMs, blockedForMs });
    }
    this.buckets.report(bucket, report);
  }

  async #ask(bucket: string, ask: Ask<Via>): Promise<string | undefined> {
    const askedAt = performance.now();
    try {
      const ticket = await this.buckets.admit(bucket, ask);
      if (ticket !== undefined) this.metrics.admitted(performance.now() - askedAt);
      return ticket;
    } catch (error) {
      if (!ask.signal?.aborted) this.metrics.refused();
      throw error;
    }
  }
}
