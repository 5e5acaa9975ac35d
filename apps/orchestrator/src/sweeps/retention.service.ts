import { Inject, Injectable } from '@nestjs/common';
import { LeaderLease } from '#libs/database';
import { LedgerPartitions, Workers } from '#libs/executions';
import { LogStore } from '#libs/logs';
import { Ticker } from '#libs/ticker';
import { DeletedConnections } from './deleted-connections.service.js';
import { History } from './history.service.js';

export const EXECUTIONS_RETENTION_DAYS = Symbol('executions-retention-days');

const EVERY_MS = 600_000;
const LEASE = 'retention';
const LEASE_MS = 300_000;

/** Prepares the days to come and drops those past their retention. */
@Injectable()
export class Retention extends Ticker {
  constructor(
    private readonly lease: LeaderLease,
    private readonly partitions: LedgerPartitions,
    private readonly workers: Workers,
    private readonly logs: LogStore,
    private readonly history: History,
    private readonly deletedConnections: DeletedConnections,
    @Inject(EXECUTIONS_RETENTION_DAYS) private readonly executionDays: number,
  ) {
    super(EVERY_MS);
  }

  protected async tick(): Promise<void> {
    if (!(await this.lease.hold(LEASE, LEASE_MS))) return;
    const now = new Date();
    await this.partitions.ensure(now);
    await this.partitions.dropOld(now, this.executionDays, () => this.isStopped);
    await this.workers.removeSilent();
    await this.logs.maintain(now);
    await this.history.forgetOld(now, () => this.isStopped);
    await this.deletedConnections.removeOld(now, () => this.isStopped);
  }
}
