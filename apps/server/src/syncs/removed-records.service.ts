import { Injectable } from '@nestjs/common';
import { newId } from '#libs/kernel';
import { Records } from '#libs/records';
import { type RemovedSync, RemovedSyncs } from '#libs/scheduling';
import { Ticker } from '#libs/ticker';

const EVERY_MS = 15_000;
const AT_ONCE = 50;

/**
 * Removes the records of syncs that were closed, slice by slice, then the syncs themselves. Every step may be repeated, so replicas
 * need not agree on who does it, and a crash costs nothing but time.
 */
@Injectable()
export class RemovedRecords extends Ticker {
  constructor(
    private readonly removed: RemovedSyncs,
    private readonly records: Records,
  ) {
    super(EVERY_MS);
  }

  protected async tick(): Promise<void> {
    await this.sweep();
  }

  /** Answers how many syncs were forgotten. */
  async sweep(): Promise<number> {
    const syncs = await this.removed.list(AT_ONCE);
    let forgotten = 0;
    for (const sync of syncs) {
      if (this.isStopped) break;
      if (await this.#forget(sync)) forgotten += 1;
    }
    return forgotten;
  }

  /** One sync that cannot go must not keep the others. */
  async #forget(sync: RemovedSync): Promise<boolean> {
    try {
      await this.#removeRecords(sync);
      await this.removed.forget(sync.id);
      return true;
    } catch (error) {
      this.log.error({ err: error, syncId: sync.id }, 'a removed sync could not be forgotten and is tried again');
      return false;
    }
  }

  /** Of a deleted connection everything goes, also what a function wrote before its models were others. */
  async #removeRecords({ environmentId, connectionRowId, datasets, isConnectionDeleted }: RemovedSync): Promise<void> {
    if (isConnectionDeleted) {
      while ((await this.records.purge(connectionRowId)).hasMore);
      return;
    }
    const runId = newId();
    for (const model of datasets) {
      for (let slice = 0, hasMore = true; hasMore; slice += 1) {
        const scope = { environmentId, connectionId: connectionRowId, model, runId, batchId: String(slice) };
        ({ hasMore } = await this.records.empty(scope));
      }
    }
  }
}
