import { type DynamicModule, Module } from '@nestjs/common';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { AccountsModule, hashApiKey } from '#libs/accounts';
import type { ExecutionClaims } from '#libs/contracts';
import { AuthModule } from '#libs/auth';
import { RedisModule } from '#libs/cache';
import { CredentialsModule } from '#libs/credentials';
import { CryptoModule } from '#libs/crypto';
import { Database, DatabaseModule } from '#libs/database';
import { signExecutionToken } from '#libs/execution-token';
import { startHttpApp } from '#libs/http';
import { Secret } from '#libs/kernel';
import { LogsModule, OperationLog } from '#libs/logs';
import { loggerModule } from '#libs/observability';
import { Catalogue, catalogueEntry } from '#libs/providers';
import { credentialTester, ProxyModule, ProxyTransport } from '#libs/proxy';
import { RateGovernorModule } from '#libs/rate-governor';
import { EnvironmentModule } from '../environment/environment.module.js';
import { IntegrationsModule } from '../integrations/integrations.module.js';
import { InternalModule } from '../internal/internal.module.js';
import { ConnectionsModule } from './connections.module.js';
import { LOOPBACK_OPEN } from '#libs/testing';

const general = { categories: ['other'], docs: 'https://example.com' };
const entriesAt = (upstream: string) => ({
  keyed: {
    ...general,
    display_name: 'Keyed',
    auth_mode: 'API_KEY',
    webhook_routing_script: 'any',
    proxy: {
      base_url: upstream,
      headers: { authorization: 'Bearer ${apiKey}' },
      verification: { endpoints: ['/me'] },
    },
  },
  app: { ...general, display_name: 'App', auth_mode: 'OAUTH2' },
});

function catalogueAt(upstream: string): Catalogue {
  const entries = Object.entries(entriesAt(upstream));
  return new Catalogue(new Map(entries.map(([name, entry]) => [name, { ...catalogueEntry.parse(entry), name }])));
}

@Module({})
class CatalogueModule {}

@Module({})
class TestModule {}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** The server's routes for integrations, connections, environments and runs, over HTTP on a migrated database. */
export interface TestApi {
  readonly environmentId: number;
  /** @param as an API key or execution token; the key with all scopes where it is absent */
  call(method: string, path: string, body?: unknown, as?: string, signal?: AbortSignal): Promise<Answer>;
  newKey(...scopes: string[]): Promise<string>;
  /** Everything the operation log holds, once what waited is stored. */
  operations(): Promise<{ action: string; state: string; connection_name: string | null }[]>;
  executionToken(claims: Pick<ExecutionClaims, 'environmentId' | 'providerConfigKey' | 'connectionId'>): string;
  close(): Promise<void>;
}

/** @param upstream where providers are: it tells good credentials from bad at `GET /me` */
export async function testApi(url: string, encryptionKey: string, redisUrl: string, upstream: string): Promise<TestApi> {
  const catalogue = { provide: Catalogue, useValue: catalogueAt(upstream) };
  const keys = generateKeyPairSync('ed25519');
  const app: DynamicModule = {
    module: TestModule,
    imports: [
      loggerModule('test', 'silent'),
      DatabaseModule.forRoot({ url, poolMax: 5, ssl: false, applicationName: 'test' }),
      CryptoModule.forRoot(new Secret(encryptionKey)),
      RedisModule.forRoot(redisUrl),
      AccountsModule,
      LogsModule.forRoot({ enabled: true, retentionDays: 1 }),
      { module: CatalogueModule, global: true, providers: [catalogue], exports: [catalogue] },
      ProxyModule.forRoot(LOOPBACK_OPEN),
      RateGovernorModule.forRoot({ mode: 'wait', maxWaitMs: 5_000, maxBlockMs: 60_000 }),
      AuthModule.forRoot(LOOPBACK_OPEN),
      CredentialsModule.forRoot({ credentialTest: { inject: [ProxyTransport], useFactory: credentialTester } }),
      IntegrationsModule.forRoot('https://fairlead.example/'),
      ConnectionsModule,
      EnvironmentModule,
      InternalModule.forRoot(keys.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')),
    ],
  };
  const running = await startHttpApp(app, { host: '127.0.0.1', port: 0, bodyLimitBytes: 1_000_000, shutdownDelayMs: 0 });
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
  const everything = await newKey('environment:*');
  return {
    environmentId,
    newKey,
    operations: async () => {
      await running.app.get(OperationLog).flush();
      return db.query('SELECT * FROM logs.operations ORDER BY id');
    },
    call: (method, path, body, as = everything, signal?) => send(`${running.url}${path}`, method, body, as, signal),
    executionToken: (claims) => signExecutionToken(keys.privateKey, { ...RUN, ...claims, sub: randomUUID() }),
    close: () => running.close(),
  };
}

const RUN = {
  exp: Math.floor(Date.now() / 1000) + 600,
  kind: 'action' as const,
  accountId: 1,
  environmentName: 'dev',
  connectionRowId: 1,
  functionName: 'any',
  operationId: 'any',
  models: [] as string[],
  variant: 'base',
} satisfies Partial<ExecutionClaims>;

async function send(url: string, method: string, body: unknown, as: string, signal?: AbortSignal): Promise<Answer> {
  const response = await fetch(url, {
    method,
    signal: signal ?? null,
    headers: { authorization: `Bearer ${as}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}
