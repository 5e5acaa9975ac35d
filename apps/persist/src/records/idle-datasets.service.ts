import { Inject, Injectable } from '@nestjs/common';
import { type IdleDataset, Records } from '#libs/records';
import { SyncedDatasets } from '#libs/scheduling';
import { Ticker } from '#libs/ticker';
import { RETENTION, type RetentionOptions } from './retention-options.js';

/** A dataset is looked at once in so long. */
const LOOK_EVERY_MS = 86_400_000;
const AT_ONCE = 200;

/**
 * Removes what no sync keeps any more: no batch and no run of a sync has touched it for long. Slice by slice; a batch that comes
 * meanwhile ends it. What a crash leaves is found by the next look.
 */
@Injectable()
export class IdleDatasets extends Ticker {
  constructor(
    private readonly records: Records,
    private readonly synced: SyncedDatasets,
    @Inject(RETENTION) private readonly options: RetentionOptions,
  ) {
    super(options.deleteEveryMs);
  }

  protected async tick(): Promise<void> {
    const { deleteAfterMs } = this.options;
    const before = new Date(Date.now() - deleteAfterMs);
    const lookedAt = new Date(Date.now() - Math.min(LOOK_EVERY_MS, deleteAfterMs));
    const { idle } = await this.records.takeIdle(before, lookedAt, AT_ONCE);
    for (const dataset of await this.#withoutSync(idle, before)) await this.#remove(dataset, before);
  }

  async #withoutSync(datasets: readonly IdleDataset[], before: Date): Promise<IdleDataset[]> {
    if (datasets.length === 0) return [];
    const kept = await this.synced.since(before, [...new Set(datasets.map(({ connectionId }) => connectionId))]);
    const keys = new Set(kept.map(keyOf));
    return datasets.filter((dataset) => !keys.has(keyOf(dataset)));
  }

  async #remove({ id, connectionId, model }: IdleDataset, before: Date): Promise<void> {
    let removed = 0;
    for (let hasMore = true; hasMore && !this.isStopped;) {
      const slice = await this.records.removeIdle(id, before, this.options.deleteSlice);
      removed += slice.deletedCount;
      ({ hasMore } = slice);
    }
    if (removed > 0)
      this.log.log({ connectionRowId: connectionId, model, removed }, 'records that no sync keeps have been removed');
  }
}

const keyOf = ({ connectionId, model }: { readonly connectionId: number; readonly model: string }) => `${connectionId}:${model}`;
