import { Inject, Injectable } from '@nestjs/common';
import { LeaderLease } from '#libs/database';
import { UnusedCode } from '#libs/functions';
import { CODE_FOLDERS } from '#libs/storage';
import { Ticker } from '#libs/ticker';

export const UNUSED_CODE_DAYS = Symbol('unused-code-days');

/** One folder of code a round: all of them in less than a day. */
const EVERY_MS = 300_000;
const LEASE = 'code-retention';
const LEASE_MS = 300_000;
const DAY_MS = 86_400_000;

/** Takes code out of the object store that nothing has referred to for days. */
@Injectable()
export class CodeRetention extends Ticker {
  constructor(
    private readonly lease: LeaderLease,
    private readonly code: UnusedCode,
    @Inject(UNUSED_CODE_DAYS) private readonly keptDays: number,
  ) {
    super(keptDays === 0 ? 0 : EVERY_MS);
  }

  protected async tick(): Promise<void> {
    if (!(await this.lease.hold(LEASE, LEASE_MS))) return;
    const now = Date.now();
    const before = new Date(now - this.keptDays * DAY_MS);
    while (!this.isStopped && (await this.code.remove(before)) > 0);
    // By the clock: whoever leads next goes on where the time is.
    await this.code.condemn(Math.floor(now / EVERY_MS) % CODE_FOLDERS);
  }
}
