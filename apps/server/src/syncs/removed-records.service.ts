import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { newId } from '#libs/kernel';
import { Records } from '#libs/records';
import { type RemovedSync, RemovedSyncs } from '#libs/scheduling';

const EVERY_MS = 15_000;
const AT_ONCE = 50;

/**
 * Removes the records of syncs that were closed, slice by slice, then the syncs themselves. Every step may be repeated, so replicas
 * need not agree on who does it, and a crash costs nothing but time.
 */
@Injectable()
export class RemovedRecords implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #log = new Logger(RemovedRecords.name);
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> | undefined;
  #stopped = false;

  constructor(
    private readonly removed: RemovedSyncs,
    private readonly records: Records,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => void this.#sweepQuietly(), EVERY_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#sweeping;
  }

  /** Answers how many syncs were forgotten. */
  async sweep(): Promise<number> {
    const syncs = await this.removed.list(AT_ONCE);
    let forgotten = 0;
    for (const sync of syncs) {
      if (this.#stopped) break;
      await this.#removeRecords(sync);
      await this.removed.forget(sync.id);
      forgotten += 1;
    }
    return forgotten;
  }

  async #removeRecords({ environmentId, connectionRowId, datasets }: RemovedSync): Promise<void> {
    const runId = newId();
    for (const model of datasets) {
      for (let slice = 0, hasMore = true; hasMore; slice += 1) {
        const scope = { environmentId, connectionId: connectionRowId, model, runId, batchId: String(slice) };
        ({ hasMore } = await this.records.empty(scope));
      }
    }
  }

  async #sweepQuietly(): Promise<void> {
    if (this.#sweeping) return;
    this.#sweeping = this.sweep()
      .then(() => undefined)
      .catch((error: unknown) => this.#log.warn({ err: error }, 'records of removed syncs are left to the next sweep'))
      .finally(() => {
        this.#sweeping = undefined;
      });
    await this.#sweeping;
  }
}
