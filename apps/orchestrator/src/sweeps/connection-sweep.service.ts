import { Inject, Injectable } from '@nestjs/common';
import { ConnectionUpkeep, type DueConnection } from '#libs/credentials';
import { JobProducer } from '#libs/queues';
import { Ticker } from '#libs/ticker';

export const CONNECTION_SWEEP_OPTIONS = Symbol('connection-sweep-options');

export interface ConnectionSweepOptions {
  /** 0 or less: no rounds. */
  readonly everyMinutes: number;
  /** Connections taken at once. */
  readonly atOnce: number;
}

/**
 * Has tokens renewed before anybody waits for them, and keys tried once a day. Rows are taken by compare-and-set, so every replica may
 * do it.
 */
@Injectable()
export class ConnectionSweep extends Ticker {
  constructor(
    private readonly upkeep: ConnectionUpkeep,
    private readonly jobs: JobProducer,
    @Inject(CONNECTION_SWEEP_OPTIONS) private readonly options: ConnectionSweepOptions,
  ) {
    super(Math.max(0, options.everyMinutes) * 60_000);
  }

  protected async tick(): Promise<void> {
    for (let hasMore = true; hasMore && !this.isStopped;) {
      const taken = await this.upkeep.takeDue(this.options.atOnce);
      await this.#send(taken.due);
      ({ hasMore } = taken);
    }
  }

  #send(due: readonly DueConnection[]): Promise<void> {
    const now = Date.now();
    return this.jobs.enqueueMany(
      'connection.refresh',
      due.map((data) => ({ jobId: `refresh.${data.rowId}.${now}`, data })),
    );
  }
}
