import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '#libs/kernel';
import type { Provider } from '#libs/providers';
import { CREDENTIAL_TEST, type CredentialTest } from '../credential-test.js';
import { isTested } from '../domain/import-rules.js';
import { nextRefreshAt } from '../domain/refresh-schedule.js';
import { type CachedConnection, Leases } from '../leases.js';
import { Refresher } from '../refresh/refresher.service.js';
import { RefreshReports } from '../refresh/refresh-reports.js';
import { ConnectionUpkeep, type DueConnection } from './connection-upkeep.repository.js';

/** Looks after one connection whose time has come: renews its token ahead of its end, or tries whether its key is still accepted. */
@Injectable()
export class ConnectionCare {
  constructor(
    private readonly leases: Leases,
    private readonly refresher: Refresher,
    private readonly reports: RefreshReports,
    private readonly upkeep: ConnectionUpkeep,
    @Inject(CREDENTIAL_TEST) private readonly test: CredentialTest,
  ) {}

  /** What fails is reported as any failed refresh, and thrown only where it is not the provider's or the user's. */
  async lookAfter(due: DueConnection): Promise<void> {
    try {
      await this.#lookAfter(due);
    } catch (error) {
      if (!(error instanceof AppError) || error.fault === 'us') throw error;
    }
  }

  async #lookAfter(due: DueConnection): Promise<void> {
    const key = { environmentId: due.environmentId, rowId: due.rowId };
    const found = await this.leases.fresh(key);
    if (found.connection.credentialsVersion !== due.credentialsVersion) return;
    if (isTested(found.connection.credentials)) return this.#try(due, found);
    const renewed = await this.refresher.usable(key, found, { forced: true, rejected: false });
    // Nothing to renew it with: there is nothing to come back for.
    if (renewed === found) await this.upkeep.setNext(due, null);
  }

  async #try(due: DueConnection, found: CachedConnection): Promise<void> {
    const { connection, lease } = found;
    const provider = lease.provider as unknown as Provider;
    if ((await this.test(lease)) === 'failed') {
      const error = new AppError('connection_test_failed', 'the provider no longer accepts these credentials');
      await this.reports.failed(connection, provider.auth_mode, 'connection_test', error);
      return;
    }
    await this.upkeep.setNext(due, nextRefreshAt(connection.credentials, provider, new Date(), Math.random()));
    if (connection.refresh.failedAt) await this.reports.recovered(connection, provider.auth_mode, 'connection_test');
  }
}
