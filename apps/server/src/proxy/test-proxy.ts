import { type DynamicModule, Module } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AccountsModule, hashApiKey } from '#libs/accounts';
import { AuthModule } from '#libs/auth';
import { RedisModule } from '#libs/cache';
import { Connections, CredentialsModule, Integrations } from '#libs/credentials';
import { CryptoModule } from '#libs/crypto';
import { Database, DatabaseModule } from '#libs/database';
import { startHttpApp } from '#libs/http';
import { loadConfig, Secret } from '#libs/kernel';
import { MemoryLogStore, OperationLog } from '#libs/logs';
import { loggerModule } from '#libs/observability';
import { ProvidersModule } from '#libs/providers';
import { ProxyModule } from '#libs/proxy';
import { governorOptions, RateGovernorModule, rateGovernorEnv } from '#libs/rate-governor';
import { registerHttpEdge } from '../http-edge.js';
import { ProvidersApiModule } from '../providers/providers-api.module.js';
import { ProxyApiModule } from './proxy-api.module.js';

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
  /** Makes an integration and a connection of one name. */
  connect(name: string, provider: string, credentials: object, config?: Record<string, string>): Promise<void>;
  /** Stores what waits in the operation log. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

const REACH_LOOPBACK = {
  NANGO_PROXY_BASE_URL_OVERRIDE_ENABLED: true,
  NANGO_PROXY_BASE_URL_OVERRIDE_DENYLIST: [],
  NANGO_OUTBOUND_URL_POLICY: { blockPrivateIps: false },
};

/** @param env variables of the rate governor, which is off without any */
export async function testProxy(
  databaseUrl: string,
  encryptionKey: string,
  redisUrl: string,
  env: NodeJS.ProcessEnv = { FAIRLEAD_RATE_GOVERNOR: 'off' },
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
      ProxyModule.forRoot(REACH_LOOPBACK),
      RateGovernorModule.forRoot(governorOptions(loadConfig(z.object(rateGovernorEnv), env))),
      AuthModule.forRoot(REACH_LOOPBACK),
      CredentialsModule.forRoot(),
      { module: TestLogsModule, global: true, providers: [log], exports: [OperationLog] },
      ProvidersApiModule.forRoot('https://fairlead.example/'),
      ProxyApiModule,
    ],
  };
  const running = await startHttpApp(app, {
    host: '127.0.0.1',
    port: 0,
    bodyLimitBytes: 1_000,
    streamedPrefixes: ['/proxy'],
    shutdownDelayMs: 0,
    configure: registerHttpEdge,
  });
  const db = running.app.get(Database);
  const [environment] = await db.query<{ id: number }>(`SELECT id FROM environments WHERE name = 'dev'`);
  const { id: environmentId } = environment as { id: number };
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
    connect: async (name, provider, credentials, connectionConfig = {}) => {
      await running.app.get(Integrations).create(environmentId, { provider, uniqueKey: name });
      await running.app.get(Connections).import(environmentId, {
        providerConfigKey: name,
        connectionId: name,
        credentials: credentials as never,
        connectionConfig,
      });
    },
    flush: () => running.app.get(OperationLog).flush(),
    close: () => running.close(),
  };
}
