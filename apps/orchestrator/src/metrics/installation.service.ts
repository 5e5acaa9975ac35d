import { Injectable } from '@nestjs/common';
import { Deliveries } from '#libs/deliveries';
import { Backlog, Workers } from '#libs/executions';
import { JobProducer } from '#libs/queues';
import { Schedules } from '#libs/scheduling';

/** Rows past this many are not counted: what it costs to look does not grow with what waits. */
const COUNTED = 10_000;

/** What waits and runs in a whole installation. */
export type Snapshot = Awaited<ReturnType<Installation['look']>>;

/** Looks at the whole installation: three bounded statements, and lengths that Redis keeps. */
@Injectable()
export class Installation {
  constructor(
    private readonly backlog: Backlog,
    private readonly jobs: JobProducer,
    private readonly workers: Workers,
    private readonly schedules: Schedules,
    private readonly deliveries: Deliveries,
  ) {}

  /** @param environments how many of each kind are told apart, the busiest first */
  async look(environments: number) {
    const [backlogs, queues, alive, schedules, deliveries] = await Promise.all([
      this.backlog.read(environments),
      this.jobs.counts(),
      this.workers.alive(),
      this.schedules.overdue(COUNTED),
      this.deliveries.pending(COUNTED),
    ]);
    // A kind that nobody takes is what operators must hear of.
    const workers = new Map([['jobs', 0], ...alive]);
    return { backlogs, queues, workers, schedules, deliveries };
  }
}
