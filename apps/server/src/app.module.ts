import { type DynamicModule, Module } from '@nestjs/common';
import { AccountsModule, Environments } from '#libs/accounts';
import { AuthModule, runPostConnection, runPreDeletion } from '#libs/auth';
import { AuthWebhooksModule } from '#libs/auth-webhooks';
import { RedisModule } from '#libs/cache';
import { CompilerModule, compilerOptions } from '#libs/compiler';
import { ClientIdentities, ConnectModule } from '#libs/connect';
import { CredentialsModule, keeperSetup } from '#libs/credentials';
import { CryptoModule } from '#libs/crypto';
import { databaseOptions, DatabaseModule } from '#libs/database';
import { DeliveriesModule } from '#libs/deliveries';
import { AsyncActionsModule, ExecutionsModule, executionsOptions } from '#libs/executions';
import { FunctionJobsModule } from '#libs/function-jobs';
import { FunctionsModule } from '#libs/functions';
import { HealthModule, MetricsModule } from '#libs/http';
import { LogsModule, logsOptions } from '#libs/logs';
import { loggerModule } from '#libs/observability';
import { ConnectionEventsModule, OnEventsModule } from '#libs/on-events';
import { parseOutboundPolicy } from '#libs/outbound';
import { ProvidersModule, providersOptions } from '#libs/providers';
import { credentialTester, ProxyModule, ProxyTransport } from '#libs/proxy';
import { BoardModule, QueuesModule } from '#libs/queues';
import { governorOptions, RateGovernorModule } from '#libs/rate-governor';
import { RecordsModule, recordsOptions } from '#libs/records';
import { SchedulingModule } from '#libs/scheduling';
import { StorageModule, storageOptions } from '#libs/storage';
import { TokenHttp } from '#libs/token-http';
import { ActionsModule } from './actions/actions.module.js';
import { AuthApiModule } from './auth/auth-api.module.js';
import { ConcurrencyModule } from './concurrency/concurrency.module.js';
import { ConnectApiModule } from './connect/connect-api.module.js';
import { ConnectionsModule } from './connections/connections.module.js';
import { dependencies } from './dependencies.js';
import { DeploysModule } from './deploys/deploys.module.js';
import { EnvironmentModule } from './environment/environment.module.js';
import { FunctionJobsApiModule } from './function-jobs/function-jobs-api.module.js';
import { FunctionsApiModule } from './functions/functions-api.module.js';
import { IntegrationsModule } from './integrations/integrations.module.js';
import { clientRegistration } from './integrations/new-integrations.service.js';
import { InternalModule } from './internal/internal.module.js';
import { InvocationsModule } from './internal/invocations.module.js';
import { KeysApiModule } from './keys/keys-api.module.js';
import { LogosModule } from './logos/logos.module.js';
import { LiveModule } from './live/live.module.js';
import { OAuthApiModule } from './oauth/oauth-api.module.js';
import { ProvidersApiModule } from './providers/providers-api.module.js';
import { OutboundPoliciesModule } from './outbound-policies/outbound-policies.module.js';
import { ProxyApiModule } from './proxy/proxy-api.module.js';
import { RecordsApiModule } from './records/records-api.module.js';
import { ScriptsModule } from './scripts/scripts.module.js';
import type { ServerConfig } from './server.config.js';
import { SyncsModule } from './syncs/syncs.module.js';

const APPLICATION_NAME = 'fairlead-server';

@Module({})
export class AppModule {
  /** @param more modules of the process around it, such as telemetry */
  static forRoot(config: ServerConfig, more: readonly DynamicModule[] = []): DynamicModule {
    return {
      module: AppModule,
      imports: [
        loggerModule('server', config.LOG_LEVEL),
        ...stores(config),
        ...capabilities(config),
        ...routes(config),
        HealthModule.forRoot(dependencies),
        MetricsModule.forRoot({ token: config.FAIRLEAD_METRICS_TOKEN, isPublic: true }),
        ...more,
      ],
    };
  }
}

const stores = (config: ServerConfig) => [
  DatabaseModule.forRoot(databaseOptions(config, APPLICATION_NAME)),
  RecordsModule.forRoot(recordsOptions(config, APPLICATION_NAME)),
  CryptoModule.forRoot(config),
  RedisModule.forRoot(config.NANGO_REDIS_URL),
  StorageModule.forRoot(storageOptions(config)),
];

const capabilities = (config: ServerConfig) => [
  AccountsModule.forRoot({ publicKeysUntil: config.PUBLIC_AUTHENTICATION_DEPRECATION_DATE }),
  LogsModule.forRoot(logsOptions(config)),
  ProvidersModule.forRoot(providersOptions(config)),
  ProxyModule.forRoot(config),
  RateGovernorModule.forRoot(governorOptions(config)),
  AuthModule.forRoot(config),
  CredentialsModule.forRoot({
    credentialTest: { inject: [ProxyTransport], useFactory: credentialTester },
    keeper: keeperSetup(config),
  }),
  QueuesModule.forRoot(),
  ExecutionsModule.forRoot(executionsOptions(config)),
  AsyncActionsModule,
  OnEventsModule,
  ConnectionEventsModule,
  FunctionsModule,
  CompilerModule.forRoot(compilerOptions(config)),
  FunctionJobsModule.forRoot({ sweeps: true }),
  SchedulingModule,
  DeliveriesModule.forRoot({ timeoutMs: config.NANGO_WEBHOOK_TIMEOUT_MS, policy: parseOutboundPolicy(config) }),
  AuthWebhooksModule,
  ConnectModule.forRoot({
    serverUrl: originOf(config),
    postConnection: {
      inject: [TokenHttp],
      useFactory: (http: TokenHttp) => (subject, credentials) => runPostConnection(http, subject, credentials),
    },
  }),
];

const routes = (config: ServerConfig) => [
  IntegrationsModule.forRoot(config.NANGO_SERVER_URL, {
    inject: [ClientIdentities, Environments, TokenHttp],
    useFactory: clientRegistration,
  }),
  ConnectionsModule.forRoot({
    inject: [TokenHttp],
    useFactory: (http: TokenHttp) => (subject, credentials) => runPreDeletion(http, subject, credentials),
  }),
  ConnectApiModule.forRoot({
    connectUrl: config.NANGO_PUBLIC_CONNECT_URL,
    websocketsPath: config.NANGO_SERVER_WEBSOCKETS_PATH,
  }),
  OAuthApiModule.forRoot({
    isHttps: config.NANGO_SERVER_URL.startsWith('https:'),
    isStateCookieEnforced: config.FLAG_OAUTH_STATE_COOKIE_ENFORCED,
  }),
  AuthApiModule,
  LiveModule.forRoot({ path: config.NANGO_SERVER_WEBSOCKETS_PATH, maxSockets: config.FAIRLEAD_WEBSOCKETS_MAX }),
  EnvironmentModule,
  FunctionsApiModule,
  DeploysModule,
  FunctionJobsApiModule,
  ScriptsModule,
  ActionsModule,
  SyncsModule,
  RecordsApiModule,
  ProvidersApiModule.forRoot(config.NANGO_SERVER_URL),
  LogosModule,
  ProxyApiModule.forRoot({ allResponseHeaders: config.NANGO_FEATURE_FLAG_PROXY_FORWARD_ALL_RESPONSE_HEADERS }),
  KeysApiModule.forRoot({ username: config.FAIRLEAD_OPERATOR_USERNAME, password: config.FAIRLEAD_OPERATOR_PASSWORD }),
  ConcurrencyModule.forRoot({ username: config.FAIRLEAD_OPERATOR_USERNAME, password: config.FAIRLEAD_OPERATOR_PASSWORD }),
  OutboundPoliciesModule.forRoot({ username: config.FAIRLEAD_OPERATOR_USERNAME, password: config.FAIRLEAD_OPERATOR_PASSWORD }),
  InternalModule.forRoot(config.FAIRLEAD_EXECUTION_PUBLIC_KEY),
  InvocationsModule.forRoot(config.FAIRLEAD_EXECUTION_PUBLIC_KEY),
  ...(config.FAIRLEAD_SERVE_QUEUE_BOARD
    ? [BoardModule.forRoot({ username: config.FAIRLEAD_OPERATOR_USERNAME, password: config.FAIRLEAD_OPERATOR_PASSWORD })]
    : []),
];

/** The public address, without a trailing slash. */
const originOf = ({ NANGO_SERVER_URL: url }: ServerConfig): string => url.replace(/\/+$/, '');
