import { Inject, Injectable } from '@nestjs/common';
import { ConnectUpkeep } from '#libs/connect';
import { Deliveries } from '#libs/deliveries';
import { ActionKeys } from '#libs/executions';
import { FunctionVersions } from '#libs/functions';
import { SyncRuns } from '#libs/scheduling';

export const FUNCTION_VERSIONS_KEPT = Symbol('function-versions-kept');

/** How long ended sync runs, deliveries, Connect sessions and versions of removed functions are kept (spec/engine.md §7.1, spec/auth.md §3.9). */
const KEPT_MS = 31 * 86_400_000;
const SLICE = 1_000;

/** What happened, as far as it is still shown: sync runs, webhook deliveries, attempts to connect, keys of calls, versions of functions. */
@Injectable()
export class History {
  constructor(
    private readonly syncRuns: SyncRuns,
    private readonly deliveries: Deliveries,
    private readonly connect: ConnectUpkeep,
    private readonly actionKeys: ActionKeys,
    private readonly versions: FunctionVersions,
    @Inject(FUNCTION_VERSIONS_KEPT) private readonly versionsKept: number,
  ) {}

  /** Forgets what ended too long ago, slice by slice. @param isStopped asked between slices */
  async forgetOld(now: Date, isStopped: () => boolean): Promise<void> {
    const before = new Date(now.getTime() - KEPT_MS);
    while (!isStopped() && (await this.syncRuns.removeBefore(before, SLICE)) === SLICE);
    while (!isStopped() && (await this.deliveries.removeBefore(before, SLICE)) === SLICE);
    while (!isStopped() && (await this.connect.removeSessions(before, SLICE)) === SLICE);
    while (!isStopped() && (await this.connect.removeExpiredStates(now, SLICE)) === SLICE);
    while (!isStopped() && (await this.actionKeys.removeExpired(SLICE)) === SLICE);
    while (!isStopped() && (await this.versions.removeOld(this.versionsKept, before, SLICE)) === SLICE);
  }
}
