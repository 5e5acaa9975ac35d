import { Injectable } from '@nestjs/common';
import type { JobData } from '#libs/contracts';
import { ConnectionCare } from '#libs/credentials';
import { HandlesJob, type JobHandler } from '#libs/queues';

/** Renews a connection's token ahead of its end, or tries whether its key is still accepted. */
@Injectable()
@HandlesJob('connection.refresh')
export class ConnectionRefreshProcessor implements JobHandler<'connection.refresh'> {
  constructor(private readonly care: ConnectionCare) {}

  handle(due: JobData<'connection.refresh'>): Promise<void> {
    return this.care.lookAfter(due);
  }

  /** The row says when to look again: the orchestrator's sweep takes it anew. */
  lost(): Promise<void> {
    return Promise.resolve();
  }
}
