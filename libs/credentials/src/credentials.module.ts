import { type DynamicModule, type FactoryProvider, Global, Module } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { AuthModes } from '#libs/auth-modes';
import { REDIS } from '#libs/cache';
import { Cipher } from '#libs/crypto';
import { Database } from '#libs/database';
import { ConnectionAnnouncements } from './connection-announcements.js';
import { ConnectionConfigs } from './connection-configs.service.js';
import { ConnectionImport } from './connection-import.js';
import { ConnectionListeners } from './connection-listeners.js';
import { ConnectionReads } from './connection-reads.repository.js';
import { ConnectionSaves } from './connection-saves.js';
import { ConnectionValidationsRepository } from './connection-validations.repository.js';
import { Connections } from './connections.service.js';
import { ConnectionsRepository } from './connections.repository.js';
import { CREDENTIAL_TEST, type CredentialTest } from './credential-test.js';
import { Integrations } from './integrations.service.js';
import { IntegrationsRepository } from './integrations.repository.js';
import { LastFetched } from './last-fetched.js';
import { Leases } from './leases.js';
import { KeeperRunner } from './refresh/keeper/keeper-runner.js';
import type { KeeperSetup } from './refresh/keeper/messages.js';
import { RefreshExecution } from './refresh/refresh-execution.js';
import { RefreshLeases } from './refresh/refresh-lease.js';
import { RefreshReports } from './refresh/refresh-reports.js';
import { RefreshRows } from './refresh/refresh-rows.repository.js';
import { RefreshStash } from './refresh/refresh-stash.js';
import { RefreshStates } from './refresh/refresh-states.repository.js';
import { REFRESH_RUNNER, type RefreshRunner } from './refresh/refresh.types.js';
import { Refresher } from './refresh/refresher.service.js';
import { TokenIntrospector } from './refresh/token-introspector.js';
import { ConnectionCare } from './upkeep/connection-care.service.js';
import { ConnectionUpkeep } from './upkeep/connection-upkeep.repository.js';

export interface CredentialsOptions {
  /** Makes the test of new credentials, with injected dependencies; without it all credentials are taken as given. */
  readonly credentialTest?: Pick<FactoryProvider<CredentialTest>, 'inject' | 'useFactory'>;
  /** Has refreshes carried out by a process that outlives this one; without it they are carried out here. */
  readonly keeper?: KeeperSetup | undefined;
}

const untested = { useFactory: (): CredentialTest => async () => 'untested' };

@Global()
@Module({})
export class CredentialsModule {
  /** Provides the door's services; needs `Database`, `Cipher`, `Catalogue`, `REDIS`, `AuthModes` and `OperationLog`. */
  static forRoot(options: CredentialsOptions = {}): DynamicModule {
    return {
      module: CredentialsModule,
      providers: [
        { provide: CREDENTIAL_TEST, ...(options.credentialTest ?? untested) },
        ConnectionAnnouncements,
        ConnectionCare,
        ConnectionConfigs,
        ConnectionImport,
        ConnectionListeners,
        ConnectionReads,
        ConnectionSaves,
        ConnectionUpkeep,
        ConnectionValidationsRepository,
        Connections,
        ConnectionsRepository,
        Integrations,
        IntegrationsRepository,
        LastFetched,
        Leases,
        Refresher,
        RefreshReports,
        RefreshStates,
        TokenIntrospector,
        refreshRunner(options.keeper),
      ],
      exports: [
        ConnectionAnnouncements,
        ConnectionCare,
        ConnectionConfigs,
        ConnectionListeners,
        ConnectionSaves,
        Connections,
        Integrations,
        LastFetched,
      ],
    };
  }
}

const refreshRunner = (keeper: KeeperSetup | undefined): FactoryProvider<RefreshRunner> => ({
  provide: REFRESH_RUNNER,
  inject: [Database, Cipher, ConnectionReads, REDIS, AuthModes],
  useFactory: (db: Database, cipher: Cipher, reads: ConnectionReads, redis: Redis, modes: AuthModes) =>
    keeper
      ? new KeeperRunner(keeper, cipher)
      : new RefreshExecution({
          leases: new RefreshLeases(redis),
          reads,
          rows: new RefreshRows(db, cipher),
          stash: new RefreshStash(redis, cipher),
          modes,
        }),
});
