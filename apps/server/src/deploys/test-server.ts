import { type DynamicModule, Module } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AccountsModule, hashApiKey } from '#libs/accounts';
import { AuthModule } from '#libs/auth';
import { RedisModule } from '#libs/cache';
import { CredentialsModule } from '#libs/credentials';
import { CryptoModule } from '#libs/crypto';
import { Database, DatabaseModule } from '#libs/database';
import { DeliveriesModule } from '#libs/deliveries';
import { ExecutionsModule } from '#libs/executions';
import { FunctionsModule } from '#libs/functions';
import { startHttpApp } from '#libs/http';
import { Secret } from '#libs/kernel';
import { LogsModule } from '#libs/logs';
import { loggerModule } from '#libs/observability';
import { parseOutboundPolicy } from '#libs/outbound';
import { ProvidersModule } from '#libs/providers';
import { QueuesModule } from '#libs/queues';
import { RecordsModule } from '#libs/records';
import { SchedulingModule } from '#libs/scheduling';
import { StorageModule } from '#libs/storage';
import { testDatabase, testRedis } from '#libs/testing';
import { ConnectionsModule } from '../connections/connections.module.js';
import { FunctionsApiModule } from '../functions/functions-api.module.js';
import { IntegrationsModule } from '../integrations/integrations.module.js';
import { RecordsApiModule } from '../records/records-api.module.js';
import { ScriptsModule } from '../scripts/scripts.module.js';
import { SyncsModule } from '../syncs/syncs.module.js';
import { DeploysModule } from './deploys.module.js';

export interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
}

/** The server's routes for functions, syncs and records, over HTTP on stores of their own. */
export interface TestServer {
  readonly db: Database;
  readonly environmentId: number;
  get<Service>(type: abstract new (...args: never[]) => Service): Service;
  call<Body = unknown>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer<Body>>;
  /** A key of environment `prod`. */
  readonly otherKey: string;
  close(): Promise<void>;
}

@Module({})
class TestModule {}

/** @param more modules whose routes are wanted too */
export async function startTestServer(...more: NonNullable<DynamicModule['imports']>): Promise<TestServer> {
  const [database, redis] = await Promise.all([testDatabase(), testRedis()]);
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-objects-'));
  const running = await startHttpApp(
    { module: TestModule, imports: [...modules(database.url, database.encryptionKey, redis.url, folder), ...more] },
    { host: '127.0.0.1', port: 0, bodyLimitBytes: 20_000_000, shutdownDelayMs: 0 },
  );
  const get = <Service>(type: abstract new (...args: never[]) => Service) => running.app.get<Service>(type, { strict: false });
  const db = get(Database);
  const [dev, prod] = [await keyOf(db, 'dev'), await keyOf(db, 'prod')];
  return {
    db,
    environmentId: dev.environmentId,
    otherKey: prod.key,
    get,
    call: (method, path, body, headers = {}) =>
      send(`${running.url}${path}`, method, body, { authorization: `Bearer ${dev.key}`, ...headers }),
    async close() {
      await running.close();
      await Promise.all([database.close(), redis.close(), rm(folder, { recursive: true })]);
    },
  };
}

const modules = (url: string, encryptionKey: string, redisUrl: string, folder: string): NonNullable<DynamicModule['imports']> => [
  loggerModule('test', 'silent'),
  DatabaseModule.forRoot({ url, poolMax: 10, ssl: false, applicationName: 'test' }),
  RecordsModule.forRoot({ url, poolMax: 5, ssl: false, maxPageBytes: 1_000_000, applicationName: 'test' }),
  CryptoModule.forRoot(new Secret(encryptionKey)),
  RedisModule.forRoot(redisUrl),
  StorageModule.forRoot({ bucket: undefined, region: '', endpoint: undefined, folder, urlKey: new Secret('k'.repeat(32)) }),
  AccountsModule,
  LogsModule.forRoot({ enabled: true, retentionDays: 1 }),
  ProvidersModule.forRoot({ path: undefined }),
  AuthModule.forRoot({ NANGO_PROXY_BASE_URL_OVERRIDE_ENABLED: true }),
  CredentialsModule.forRoot({ credentialTest: { useFactory: () => () => Promise.resolve('untested' as const) } }),
  QueuesModule.forRoot(),
  ExecutionsModule.forRoot({
    slots: { action: 10, 'action-async': 10, sync: 10, 'on-event': 10 },
    environmentCaps: { action: 10, 'action-async': 1, sync: 10, 'on-event': 10 },
    maxQueued: 1_000,
  }),
  FunctionsModule,
  SchedulingModule,
  DeliveriesModule.forRoot({ timeoutMs: 500, policy: parseOutboundPolicy({ NANGO_PROXY_BASE_URL_OVERRIDE_ENABLED: true }) }),
  IntegrationsModule.forRoot('https://fairlead.example'),
  ConnectionsModule,
  FunctionsApiModule,
  DeploysModule,
  ScriptsModule,
  SyncsModule,
  RecordsApiModule,
];

async function keyOf(db: Database, environment: string): Promise<{ key: string; environmentId: number }> {
  const key = randomUUID();
  const [row] = await db.query<{ environment_id: number }>(
    `INSERT INTO api_keys (account_id, environment_id, display_name, scopes, hash)
     SELECT account_id, id, $2, '{environment:*}', $3 FROM environments WHERE name = $1 RETURNING environment_id`,
    [environment, key, hashApiKey(key)],
  );
  return { key, environmentId: row?.environment_id ?? 0 };
}

async function send<Body>(url: string, method: string, body: unknown, headers: Record<string, string>): Promise<Answer<Body>> {
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as Body };
}
