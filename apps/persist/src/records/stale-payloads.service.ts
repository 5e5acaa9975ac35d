import { Inject, Injectable } from '@nestjs/common';
import { Records } from '#libs/records';
import { Ticker } from '#libs/ticker';
import { RETENTION, type RetentionOptions } from './retention-options.js';

/** Empties payloads of records that have not changed for long, a slice a round. Replicas take different datasets. */
@Injectable()
export class StalePayloads extends Ticker {
  constructor(
    private readonly records: Records,
    @Inject(RETENTION) private readonly options: RetentionOptions,
  ) {
    super(options.pruneEveryMs);
  }

  protected async tick(): Promise<void> {
    const { pruneAfterMs, pruneSlice } = this.options;
    const done = await this.records.pruneStale(new Date(Date.now() - pruneAfterMs), pruneSlice);
    if (done?.pruned) this.log.log({ pruned: done.pruned }, 'payloads that were stale have been emptied');
  }
}
