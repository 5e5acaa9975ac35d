import { Injectable } from '@nestjs/common';
import { Database } from '#libs/database';
import { Executions } from '#libs/executions';
import type { ExecutionId } from '#libs/kernel';
import { histogram } from '#libs/metrics';
import { type OverdueSchedules, SchedulesRepository } from './schedules.repository.js';

const lateness = histogram('fairlead.schedules.lateness');

/** Turns due schedules into executions. */
@Injectable()
export class Schedules {
  constructor(
    private readonly db: Database,
    private readonly schedules: SchedulesRepository,
    private readonly executions: Executions,
  ) {}

  /**
   * Accepts the runs that are due, longest overdue first and at most `limit`, in one transaction, and answers how many. Several
   * orchestrators may poll at once: none gets a schedule another one holds.
   */
  async poll(limit: number): Promise<number> {
    return this.db.transaction(async (tx) => {
      const due = await this.schedules.takeDue(tx, limit);
      if (due.length === 0) return 0;
      const ids = await this.executions.submitMany(
        tx,
        due.map(({ lateMs: _lateMs, ...schedule }) => ({ kind: 'sync', ...schedule })),
      );
      const runs = due.map(({ syncId }, at) => ({ syncId, executionId: ids[at] as ExecutionId }));
      await this.schedules.setLive(tx, runs);
      tx.afterCommit(() => {
        for (const { lateMs } of due) lateness.record({}, lateMs / 1000);
      });
      return due.length;
    });
  }

  /** What is due and not yet accepted, counted up to `limit`. */
  overdue(limit: number): Promise<OverdueSchedules> {
    return this.schedules.overdue(limit);
  }
}
