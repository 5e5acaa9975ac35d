import { type DynamicModule, Module } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { AccountsModule, hashApiKey } from '#libs/accounts';
import { AuthModes, type AuthSubject } from '#libs/auth-modes';
import { AuthWebhooksModule } from '#libs/auth-webhooks';
import { RedisModule } from '#libs/cache';
import { ConnectModule } from '#libs/connect';
import type { ConnectionLease } from '#libs/contracts';
import { CredentialsModule } from '#libs/credentials';
import { CryptoModule } from '#libs/crypto';
import { Database, DatabaseModule } from '#libs/database';
import { DeliveriesModule } from '#libs/deliveries';
import { startHttpApp } from '#libs/http';
import { Secret } from '#libs/kernel';
import { LogsModule, OperationLog } from '#libs/logs';
import { loggerModule } from '#libs/observability';
import { parseOutboundPolicy } from '#libs/outbound';
import { Catalogue } from '#libs/providers';
import { QueuesModule } from '#libs/queues';
import { AuthApiModule } from '../auth/auth-api.module.js';
import type { PreDeletion } from '../connections/connection-removals.service.js';
import { ConnectionsModule } from '../connections/connections.module.js';
import { EnvironmentModule } from '../environment/environment.module.js';
import { registerHttpEdge } from '../http-edge.js';
import { IntegrationsModule } from '../integrations/integrations.module.js';
import { LiveModule } from '../live/live.module.js';
import { OAuthApiModule } from '../oauth/oauth-api.module.js';
import { ProvidersApiModule } from '../providers/providers-api.module.js';
import { ConnectApiModule } from './connect-api.module.js';
import { registerTelemetryCors } from './telemetry-cors.js';
import { testCatalogue, testModes } from './test-modes.js';

export const CONNECT_URL = 'https://connect.example/ui';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON. */
  readonly body: unknown;
}

export interface CallOptions {
  /** Sent as JSON; an empty text sends the content type alone. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** Bearer; the key with all scopes where it is absent, none where it is null. */
  readonly as?: string | null;
}

export interface ConnectApiOptions {
  readonly serverUrl?: string;
  readonly maxSockets?: number;
  readonly lifeMs?: number;
  readonly publicKeysUntil?: Date;
  readonly pingEveryMs?: number;
  readonly preDeletion?: PreDeletion;
}

/** Everything of the server that takes part in connecting accounts, with modes that only play at it. */
export interface TestConnectApi {
  readonly url: string;
  readonly db: Database;
  readonly environmentId: number;
  readonly environmentUuid: string;
  readonly publicKey: string;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** A new Connect session's token. */
  session(body?: object): Promise<string>;
  /** @param autoPong whether it answers pings, as browsers do */
  socket(path?: string, autoPong?: boolean): Promise<TestSocket>;
  operations(): Promise<
    { action: string; state: string; integration_name: string | null; meta: Record<string, unknown> | null }[]
  >;
  /** Bodies of the webhooks accepted for sending, oldest first. */
  webhooks(): Promise<{ url: string; body: unknown }[]>;
  close(): Promise<void>;
}

/** The websocket of a page. */
export interface TestSocket {
  readonly id: string;
  /** What it was told after the acknowledgement. */
  readonly heard: unknown[];
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  close(): void;
}

@Module({})
class TestModule {}
@Module({})
class ProvidedModule {}

/** Refuses keys and passwords that read `refused`. */
const credentialTest = {
  useFactory: () => (lease: ConnectionLease) =>
    Promise.resolve(JSON.stringify(lease.connection).includes('refused') ? ('failed' as const) : ('passed' as const)),
};

function modules(
  url: string,
  encryptionKey: string,
  redisUrl: string,
  options: ConnectApiOptions,
): NonNullable<DynamicModule['imports']> {
  const { serverUrl = 'http://localhost:3003' } = options;
  const provided = [
    { provide: Catalogue, useValue: testCatalogue() },
    { provide: AuthModes, useValue: testModes() },
  ];
  return [
    loggerModule('test', 'silent'),
    DatabaseModule.forRoot({ url, poolMax: 10, ssl: false, applicationName: 'test' }),
    CryptoModule.forRoot({ NANGO_ENCRYPTION_KEY: new Secret(encryptionKey) }),
    RedisModule.forRoot(redisUrl),
    AccountsModule.forRoot({ publicKeysUntil: options.publicKeysUntil ?? new Date('2999-01-01') }),
    LogsModule.forRoot({ enabled: true, retentionDays: 1 }),
    { module: ProvidedModule, global: true, providers: provided, exports: [Catalogue, AuthModes] },
    CredentialsModule.forRoot({ credentialTest }),
    QueuesModule.forRoot(),
    DeliveriesModule.forRoot({ timeoutMs: 500, policy: parseOutboundPolicy({ NANGO_PROXY_BASE_URL_OVERRIDE_ENABLED: true }) }),
    AuthWebhooksModule,
    ConnectModule.forRoot({
      serverUrl,
      postConnection: {
        useFactory:
          () =>
          async ({ connectionConfig }: AuthSubject) => {
            if (connectionConfig['subdomain'] === 'broken') throw new Error('the provider is away');
            return connectionConfig['subdomain'] === 'curious' ? { siteId: '42', siteToken: 'very-secret' } : {};
          },
      },
    }),
    IntegrationsModule.forRoot(serverUrl),
    ConnectionsModule.forRoot({ useFactory: () => options.preDeletion ?? (async () => undefined) }),
    ProvidersApiModule.forRoot(serverUrl),
    EnvironmentModule,
    ConnectApiModule.forRoot({ connectUrl: CONNECT_URL, websocketsPath: '/' }),
    OAuthApiModule.forRoot({ isHttps: serverUrl.startsWith('https:'), isStateCookieEnforced: true }),
    AuthApiModule,
    LiveModule.forRoot({
      path: '/',
      maxSockets: options.maxSockets ?? 10,
      ...(options.lifeMs ? { lifeMs: options.lifeMs } : {}),
      ...(options.pingEveryMs ? { pingEveryMs: options.pingEveryMs } : {}),
    }),
  ];
}

export async function testConnectApi(
  url: string,
  encryptionKey: string,
  redisUrl: string,
  options: ConnectApiOptions = {},
): Promise<TestConnectApi> {
  const running = await startHttpApp(
    { module: TestModule, imports: modules(url, encryptionKey, redisUrl, options) },
    {
      host: '127.0.0.1',
      port: 0,
      bodyLimitBytes: 1_000_000,
      shutdownDelayMs: 0,
      configure: (app) => {
        registerTelemetryCors(app, CONNECT_URL);
        registerHttpEdge(app);
      },
    },
  );
  const db = running.app.get(Database, { strict: false });
  const key = randomUUID();
  const [environment] = await db.query<{ id: number; uuid: string; public_key: string }>(
    `WITH dev AS (SELECT * FROM environments WHERE name = 'dev'), key AS (
       INSERT INTO api_keys (account_id, environment_id, display_name, scopes, hash)
       SELECT account_id, id, $1, '{environment:*}', $2 FROM dev)
     SELECT id, uuid, public_key FROM dev`,
    [key, hashApiKey(key)],
  );
  const { id: environmentId, uuid: environmentUuid, public_key: publicKey } = environment as NonNullable<typeof environment>;
  const call = (method: string, path: string, { body, headers, as = key }: CallOptions = {}) =>
    send(`${running.url}${path}`, method, body, { ...(as === null ? {} : { authorization: `Bearer ${as}` }), ...headers });
  return {
    url: running.url,
    db,
    environmentId,
    environmentUuid,
    publicKey,
    call,
    session: async (body = {}) => {
      const made = await call('POST', '/connect/sessions', { body: { end_user: { id: 'user' }, ...body } });
      if (made.status !== 201) throw new Error(JSON.stringify(made.body));
      return (made.body as { data: { token: string } }).data.token;
    },
    socket: (path = '/', autoPong = true) => open(`${running.url.replace('http', 'ws')}${path}`, autoPong),
    operations: async () => {
      await running.app.get(OperationLog, { strict: false }).flush();
      return db.query('SELECT * FROM logs.operations ORDER BY id');
    },
    webhooks: async () =>
      (await db.query<{ url: string; body: string }>('SELECT url, body FROM deliveries ORDER BY id')).map((row) => ({
        url: row.url,
        body: JSON.parse(row.body) as unknown,
      })),
    close: () => running.close(),
  };
}

async function send(url: string, method: string, body: unknown, headers: Record<string, string>): Promise<Answer> {
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined || body === '' ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  return { status: response.status, headers: response.headers, body: isJson ? (JSON.parse(text) as unknown) : text };
}

async function open(url: string, autoPong: boolean): Promise<TestSocket> {
  const socket = new WebSocket(url, { autoPong });
  const heard: unknown[] = [];
  const closed = new Promise<number>((resolve) => void socket.on('close', resolve));
  const ack = await new Promise<{ message_type: string; ws_client_id: string }>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', (data) => {
      const message: unknown = JSON.parse((data as Buffer).toString('utf8'));
      if ((message as { message_type: string }).message_type === 'connection_ack') resolve(message as never);
      else heard.push(message);
    });
  });
  return { id: ack.ws_client_id, heard, closed, close: () => socket.close() };
}
