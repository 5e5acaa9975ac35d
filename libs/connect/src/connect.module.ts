import { type DynamicModule, type FactoryProvider, Global, Module } from '@nestjs/common';
import { SESSION_CALLERS } from '#libs/accounts';
import { BrowserFlows } from './browser-flows.service.js';
import { ClientIdentities } from './client-identities.service.js';
import { CONNECT_OPTIONS, type ConnectOptions } from './connect.options.js';
import { ConnectSessionsRepository } from './connect-sessions.repository.js';
import { ConnectSessions } from './connect-sessions.service.js';
import { ConnectTargets } from './connect-targets.service.js';
import { ConnectionAttempts } from './connection-attempts.service.js';
import { DirectFlows } from './direct-flows.service.js';
import { LiveResults } from './live-results.js';
import { OAuthStates } from './oauth-states.js';
import { POST_CONNECTION, type PostConnection } from './post-connection.js';

export interface ConnectModuleOptions extends ConnectOptions {
  /** Makes what asks providers for more about new connections; without it nothing is asked. */
  readonly postConnection?: Pick<FactoryProvider<PostConnection>, 'inject' | 'useFactory'>;
}

const nothingMore = { useFactory: (): PostConnection => async () => ({}) };

@Global()
@Module({})
export class ConnectModule {
  /**
   * Provides the door's services and opens routes to Connect sessions; needs `AccountsModule`, `AuthModes`, `AuthWebhooksModule`,
   * `CredentialsModule`, `LogsModule` and `RedisModule`.
   */
  static forRoot({ postConnection = nothingMore, ...options }: ConnectModuleOptions): DynamicModule {
    return {
      module: ConnectModule,
      providers: [
        { provide: CONNECT_OPTIONS, useValue: options },
        { provide: POST_CONNECTION, ...postConnection },
        { provide: SESSION_CALLERS, useExisting: ConnectSessions },
        BrowserFlows,
        ClientIdentities,
        ConnectSessions,
        ConnectSessionsRepository,
        ConnectTargets,
        ConnectionAttempts,
        DirectFlows,
        LiveResults,
        OAuthStates,
      ],
      exports: [BrowserFlows, ClientIdentities, ConnectSessions, DirectFlows, LiveResults, SESSION_CALLERS],
    };
  }
}
