import { type DynamicModule, type FactoryProvider, Global, Module } from '@nestjs/common';
import { ConnectionImport } from './connection-import.js';
import { ConnectionListeners } from './connection-listeners.js';
import { ConnectionReads } from './connection-reads.repository.js';
import { ConnectionSaves } from './connection-saves.js';
import { Connections } from './connections.service.js';
import { ConnectionsRepository } from './connections.repository.js';
import { CREDENTIAL_TEST, type CredentialTest } from './credential-test.js';
import { Integrations } from './integrations.service.js';
import { IntegrationsRepository } from './integrations.repository.js';
import { LastFetched } from './last-fetched.js';
import { Leases } from './leases.js';

export interface CredentialsOptions {
  /** Makes the test of new credentials, with injected dependencies; without it all credentials are taken as given. */
  readonly credentialTest?: Pick<FactoryProvider<CredentialTest>, 'inject' | 'useFactory'>;
}

const untested = { useFactory: (): CredentialTest => async () => 'untested' };

@Global()
@Module({})
export class CredentialsModule {
  /** Provides `Integrations`, `Connections` and `ConnectionListeners`; needs `Database`, `Cipher` and `Catalogue`. */
  static forRoot(options: CredentialsOptions = {}): DynamicModule {
    return {
      module: CredentialsModule,
      providers: [
        { provide: CREDENTIAL_TEST, ...(options.credentialTest ?? untested) },
        ConnectionImport,
        ConnectionListeners,
        ConnectionReads,
        ConnectionSaves,
        Connections,
        ConnectionsRepository,
        Integrations,
        IntegrationsRepository,
        LastFetched,
        Leases,
      ],
      exports: [ConnectionListeners, ConnectionSaves, Connections, Integrations, LastFetched],
    };
  }
}
