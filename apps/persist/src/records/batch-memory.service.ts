import { Injectable } from '@nestjs/common';
import { Records } from '#libs/records';
import { Ticker } from '#libs/ticker';

const EVERY_MS = 3_600_000;
/** A run sends a batch again within minutes at most; two days leave room for one that was interrupted. */
const REMEMBERED_MS = 48 * 3_600_000;
const SLICE = 5_000;

/**
 * Forgets old batches: they are remembered so that one sent twice counts once. Of those that an open deletion tracking needs, what it needs
 * is left. Replicas may do it side by side.
 */
@Injectable()
export class BatchMemory extends Ticker {
  constructor(private readonly records: Records) {
    super(EVERY_MS);
  }

  protected async tick(): Promise<void> {
    const before = new Date(Date.now() - REMEMBERED_MS);
    while (!this.isStopped && (await this.records.forgetBatches(before, SLICE)) === SLICE);
    while (!this.isStopped && (await this.records.foldBatches(before, SLICE)) === SLICE);
  }
}
