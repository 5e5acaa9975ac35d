import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AccountsModule, EnvironmentPolicies, hashApiKey } from '#libs/accounts';
import { AuthModule } from '#libs/auth';
import { RedisModule } from '#libs/cache';
import type { UrlPolicy } from '#libs/contracts';
import { Connections, CredentialsModule, Integrations } from '#libs/credentials';
import { CryptoModule } from '#libs/crypto';
import { Database, DatabaseModule } from '#libs/database';
import { startHttpApp } from '#libs/http';
import { loadConfig, Secret } from '#libs/kernel';
import { MemoryLogStore, OperationLog } from '#libs/logs';
import { loggerModule } from '#libs/observability';
import type { OutboundConfig, Resolve } from '#libs/outbound';
import { ProvidersModule } from '#libs/providers';
import { ProxyModule } from '#libs/proxy';
import { governorOptions, RateGovernorModule, rateGovernorEnv } from '#libs/rate-governor';
import { registerHttpEdge } from '../http-edge.js';
import { ProvidersApiModule } from '../providers/providers-api.module.js';
import { ProxyApiModule } from './proxy-api.module.js';
import { ProxyRoute } from './proxy.route.js';
import { LOOPBACK_OPEN } from '#libs/testing';

@Module({})
class TestModule {}

@Module({})
class TestLogsModule {}

/** The server's proxy and catalogue over HTTP, on a migrated database and the built-in catalogue. */
export interface TestProxy {
  readonly url: string;
  /** API key with all scopes. */
  readonly key: string;
  readonly logs: MemoryLogStore;
  newKey(...scopes: string[]): Promise<string>;
  /** A service of the app. */
  get<Service>(service: Type<Service>): Service;
  /** Makes an integration and a connection of one name. */
  connect(
    name: string,
    provider: string,
    credentials: object,
    config?: Record<string, string>,
    custom?: Record<string, string>,
  ): Promise<void>;
  /** Sets what the environment may call; null: what the server may. Connections made afterwards follow it at once, others within a second. */
  govern(policy: UrlPolicy | null): Promise<void>;
  /** Stores what waits in the operation log. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

interface TestProxyOptions {
  /** Loopback is open where it is not given. */
  readonly outbound?: OutboundConfig;
  readonly resolve?: Resolve;
  /** Variables of the rate governor, which is off without any. */
  readonly env?: NodeJS.ProcessEnv;
}

export async function testProxy(
  databaseUrl: string,
  encryptionKey: string,
  redisUrl: string,
  { outbound = LOOPBACK_OPEN, resolve, env = { FAIRLEAD_RATE_GOVERNOR: 'off' } }: TestProxyOptions = {},
): Promise<TestProxy> {
  const logs = new MemoryLogStore();
  const log = { provide: OperationLog, useFactory: () => new OperationLog(logs) };
  const app: DynamicModule = {
    module: TestModule,
    imports: [
      loggerModule('test', 'silent'),
      DatabaseModule.forRoot({ url: databaseUrl, poolMax: 5, ssl: false, applicationName: 'test' }),
      CryptoModule.forRoot(new Secret(encryptionKey)),
      RedisModule.forRoot(redisUrl),
      AccountsModule,
      ProvidersModule.forRoot({ path: undefined }),
      ProxyModule.forRoot(outbound, { resolve }),
      RateGovernorModule.forRoot(governorOptions(loadConfig(z.object(rateGovernorEnv), env))),
      AuthModule.forRoot(outbound),
      CredentialsModule.forRoot(),
      { module: TestLogsModule, global: true, providers: [log], exports: [OperationLog] },
      ProvidersApiModule.forRoot('https://fairlead.example/'),
      ProxyApiModule.forRoot({ allResponseHeaders: true }),
    ],
  };
  const running = await startHttpApp(app, {
    host: '127.0.0.1',
    port: 0,
    bodyLimitBytes: 1_000,
    streamedPrefixes: ['/proxy'],
    shutdownDelayMs: 0,
    configure: registerHttpEdge,
    front: (started) => started.get(ProxyRoute),
  });
  const db = running.app.get(Database);
  const [environment] = await db.query<{ id: number; uuid: string }>(`SELECT id, uuid FROM environments WHERE name = 'dev'`);
  const { id: environmentId, uuid } = environment as { id: number; uuid: string };
  const newKey = async (...scopes: string[]) => {
    const key = randomUUID();
    await db.query(
      `INSERT INTO api_keys (account_id, environment_id, display_name, scopes, hash)
       SELECT account_id, id, $2, $3, $4 FROM environments WHERE id = $1`,
      [environmentId, key, scopes, hashApiKey(key)],
    );
    return key;
  };
  return {
    url: running.url,
    key: await newKey('environment:*'),
    logs,
    newKey,
    get: (service) => running.app.get(service),
    connect: async (name, provider, credentials, connectionConfig = {}, integrationConfig = {}) => {
      await running.app.get(Integrations).create(environmentId, { provider, uniqueKey: name, integrationConfig });
      await running.app.get(Connections).import(environmentId, {
        providerConfigKey: name,
        connectionId: name,
        credentials: credentials as never,
        connectionConfig,
      });
    },
    govern: (policy) => running.app.get(EnvironmentPolicies).set(uuid, policy),
    flush: () => running.app.get(OperationLog).flush(),
    close: () => running.close(),
  };
}
