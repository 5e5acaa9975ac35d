import { Inject, Injectable } from '@nestjs/common';
import { Checkpoints } from '#libs/checkpoints';
import { ConnectionUpkeep } from '#libs/credentials';
import { RemovedSyncs } from '#libs/scheduling';

export const DELETED_CONNECTIONS_DAYS = Symbol('deleted-connections-days');

const DAY_MS = 86_400_000;
const SLICE = 1_000;

/** Removes for good what was deleted long ago: connections with their credentials, and the secrets of integrations. */
@Injectable()
export class DeletedConnections {
  constructor(
    private readonly upkeep: ConnectionUpkeep,
    private readonly removedSyncs: RemovedSyncs,
    private readonly checkpoints: Checkpoints,
    @Inject(DELETED_CONNECTIONS_DAYS) private readonly keptDays: number,
  ) {}

  /** Those whose syncs still have records stay for another round. @param isStopped asked between slices */
  async removeOld(now: Date, isStopped: () => boolean): Promise<void> {
    const before = new Date(now.getTime() - this.keptDays * DAY_MS);
    while (!isStopped() && (await this.#removeSlice(before)));
    await this.upkeep.forgetIntegrationSecrets(before);
  }

  /** False when there is nothing more that can go. */
  async #removeSlice(before: Date): Promise<boolean> {
    const ids = await this.upkeep.deletedBefore(before, SLICE);
    const busy = new Set(await this.removedSyncs.connectionsAmong(ids));
    const free = ids.filter((id) => !busy.has(id));
    if (free.length === 0) return false;
    await this.checkpoints.removeConnections(free);
    await this.upkeep.remove(free);
    return ids.length === SLICE;
  }
}
