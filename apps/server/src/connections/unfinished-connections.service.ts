import { Injectable } from '@nestjs/common';
import { ConnectionAnnouncements } from '#libs/credentials';
import { Ticker } from '#libs/ticker';

const EVERY_MS = 60_000;
const AT_ONCE = 100;

/** Gives up connections whose process was lost before a function had accepted them. Replicas may do it at the same time. */
@Injectable()
export class UnfinishedConnections extends Ticker {
  constructor(private readonly announcements: ConnectionAnnouncements) {
    super(EVERY_MS);
  }

  protected async tick(): Promise<void> {
    await this.announcements.refuseOverdue(AT_ONCE);
  }
}
