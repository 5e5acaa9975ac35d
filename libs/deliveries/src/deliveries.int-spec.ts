import { type DynamicModule, type INestApplicationContext, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { AccountsModule, Environments } from '#libs/accounts';
import { RedisModule } from '#libs/cache';
import { CryptoModule } from '#libs/crypto';
import { Database, DatabaseModule } from '#libs/database';
import { Secret } from '#libs/kernel';
import { LogsModule } from '#libs/logs';
import { parseOutboundPolicy } from '#libs/outbound';
import { JobProducer, QueuesModule } from '#libs/queues';
import { startUpstream, testDatabase, testRedis, type Upstream } from '#libs/testing';
import { DeliveriesModule } from './deliveries.module.js';
import { Deliveries } from './deliveries.service.js';
import { headersFor } from './domain/signature.js';
import { DELIVERIES_OPTIONS } from './webhook-sender.js';

const LOOPBACK_ALLOWED = parseOutboundPolicy({
  NANGO_PROXY_BASE_URL_OVERRIDE_ENABLED: true,
  NANGO_PROXY_BASE_URL_OVERRIDE_DENYLIST: [],
  NANGO_OUTBOUND_URL_POLICY: { mode: 'permissive', blockPrivateIps: false },
});
const RETRY_MS = 60_000;

interface Row {
  id: string;
  url: string;
  body: string;
  state: string;
  attempts: number;
  last_status: number | null;
  last_error: string | null;
  due: boolean;
}

let database: Awaited<ReturnType<typeof testDatabase>>;
let redis: Awaited<ReturnType<typeof testRedis>>;
let upstream: Upstream;
let app: INestApplicationContext;
let db: Database;
let deliveries: Deliveries;
let jobs: JobProducer;
let environmentId: number;
let answers: number[];

@Module({})
class TestModule {}

beforeAll(async () => {
  [database, redis, upstream] = await Promise.all([testDatabase(), testRedis(), startUpstream()]);
  const imports: DynamicModule['imports'] = [
    DatabaseModule.forRoot({ url: database.url, poolMax: 5, ssl: false, applicationName: 'test' }),
    CryptoModule.forRoot(new Secret(database.encryptionKey)),
    RedisModule.forRoot(redis.url),
    QueuesModule.forRoot(),
    AccountsModule,
    LogsModule.forRoot({ enabled: true, retentionDays: 1 }),
    DeliveriesModule.forRoot({ timeoutMs: 500, policy: LOOPBACK_ALLOWED }),
  ];
  const testing = await Test.createTestingModule({ imports: [{ module: TestModule, imports }] })
    .overrideProvider(DELIVERIES_OPTIONS)
    .useValue({ timeoutMs: 500, policy: LOOPBACK_ALLOWED, retryDelaysMs: [RETRY_MS, RETRY_MS] })
    .compile();
  testing.useLogger(false);
  app = await testing.init();
  const get = <Service>(type: abstract new (...args: never[]) => Service) => app.get<Service>(type, { strict: false });
  [db, deliveries, jobs] = [get(Database), get(Deliveries), get(JobProducer)];
  const [environment] = await db.query<{ id: number }>(`SELECT id FROM environments WHERE name = 'dev'`);
  environmentId = environment?.id ?? 0;
  upstream.on('POST', '/hook', () => ({ status: answers.shift() ?? 200, body: {} }));
  upstream.on('POST', '/slow', () => new Promise(() => undefined));
  upstream.on('POST', '/moved', () => ({ status: 307, body: {}, headers: { location: '/hook' } }));
});

afterAll(async () => {
  await app?.close();
  await upstream?.close();
  await redis?.close();
  await database?.close();
});

beforeEach(async () => {
  answers = [];
  upstream.requests.length = 0;
  await db.query('DELETE FROM deliveries');
  await jobs.queue('delivery').obliterate({ force: true });
});

const store = async (path: string, more: readonly string[] = []): Promise<string> => {
  const urls = [`${upstream.url}${path}`, ...more];
  const [id] = await db.transaction((tx) => deliveries.store(tx, { environmentId, type: 'sync', payload: { b: 1, a: 2 }, urls }));
  return id as string;
};
const rows = () =>
  db.query<Row>(
    'SELECT id, url, body, state, attempts, last_status, last_error, next_attempt_at <= now() AS due FROM deliveries ORDER BY id',
  );
const queued = async () =>
  (await jobs.queue('delivery').getJobs(['waiting', 'delayed'])).map(({ data, delay }) => ({
    deliveryId: data.deliveryId as string,
    attempt: data.attempt as number,
    delay,
  }));

it('stores one row per URL and enqueues each once the transaction has committed', async () => {
  await store('/hook', [`${upstream.url}/second`]);
  const stored = await rows();
  expect(stored).toMatchObject([
    { url: `${upstream.url}/hook`, body: '{"a":2,"b":1}', state: 'pending', attempts: 0 },
    { url: `${upstream.url}/second`, state: 'pending' },
  ]);
  expect(new Set((await queued()).map(({ deliveryId }) => deliveryId))).toEqual(new Set(stored.map(({ id }) => id)));
});

it('stores nothing when the transaction fails, or when nobody listens', async () => {
  const failing = db.transaction(async (tx) => {
    await deliveries.store(tx, { environmentId, type: 'sync', payload: {}, urls: [`${upstream.url}/hook`] });
    throw new Error('undone');
  });
  await expect(failing).rejects.toThrow('undone');
  await db.transaction((tx) => deliveries.store(tx, { environmentId, type: 'sync', payload: {} }));
  expect([await rows(), await queued()]).toEqual([[], []]);
});

it('tells both URLs of the environment', async () => {
  await db.query(
    `UPDATE environments SET webhook_url = 'https://a.example', webhook_url_secondary = 'https://b.example' WHERE id = $1`,
    [environmentId],
  );
  await db.transaction((tx) => deliveries.store(tx, { environmentId, type: 'auth', payload: {} }));
  expect((await rows()).map(({ url }) => url)).toEqual(['https://a.example', 'https://b.example']);
});

it('tells only the URL a connection names', async () => {
  const [integration] = await db.query<{ id: number }>(
    `INSERT INTO integrations (environment_id, unique_key, provider) VALUES ($1, $2, 'any') RETURNING id`,
    [environmentId, randomUUID()],
  );
  const [connection] = await db.query<{ id: number }>(
    `INSERT INTO connections (environment_id, integration_id, connection_id, credentials_type, credentials, webhook_url_override)
     VALUES ($1, $2, 'c', 'NONE', '', 'https://own.example') RETURNING id`,
    [environmentId, integration?.id],
  );
  await db.transaction((tx) =>
    deliveries.store(tx, { environmentId, connectionRowId: connection?.id ?? 0, type: 'sync', payload: {} }),
  );
  expect((await rows()).map(({ url }) => url)).toEqual(['https://own.example']);
});

it('posts the stored body, signed with the key of the environment', async () => {
  await deliveries.attempt(await store('/hook'), 1);
  const { webhookSigningKey } = await app.get(Environments, { strict: false }).get(environmentId);
  const [request] = upstream.requests;
  expect(request?.text).toBe('{"a":2,"b":1}');
  expect(request?.headers).toMatchObject(headersFor('{"a":2,"b":1}', webhookSigningKey));
  expect(await rows()).toMatchObject([{ state: 'delivered', attempts: 1, last_status: 200 }]);
});

it('tries again after a failure of the receiver, and records each attempt', async () => {
  answers = [500, 503];
  const id = await store('/hook');
  await deliveries.attempt(id, 1);
  expect(await rows()).toMatchObject([{ state: 'pending', attempts: 1, last_status: 500, due: false }]);
  expect(await queued()).toContainEqual({ deliveryId: id, attempt: 2, delay: RETRY_MS });
  await deliveries.attempt(id, 2);
  expect(await rows()).toMatchObject([{ state: 'pending', attempts: 2, last_status: 503 }]);
  await deliveries.attempt(id, 3);
  expect(await rows()).toMatchObject([{ state: 'delivered', attempts: 3, last_status: 200 }]);
  expect(new Set(upstream.requests.map(({ text }) => text))).toEqual(new Set(['{"a":2,"b":1}']));
});

it('gives up after the third attempt', async () => {
  answers = [500, 500, 500];
  const id = await store('/hook');
  for (const attempt of [1, 2, 3]) await deliveries.attempt(id, attempt);
  expect(await rows()).toMatchObject([{ state: 'failed', attempts: 3, last_status: 500 }]);
});

it.each([404, 302])('does not try again after a %i', async (status) => {
  answers = [status];
  await deliveries.attempt(await store('/hook'), 1);
  expect(await rows()).toMatchObject([{ state: 'failed', attempts: 1, last_status: status }]);
});

it('follows a redirect that keeps method and body', async () => {
  await deliveries.attempt(await store('/moved'), 1);
  expect(upstream.requests.map(({ method, path, text }) => [method, path, text])).toEqual([
    ['POST', '/moved', '{"a":2,"b":1}'],
    ['POST', '/hook', '{"a":2,"b":1}'],
  ]);
  expect(await rows()).toMatchObject([{ state: 'delivered' }]);
});

it('takes silence for a failure that may pass', async () => {
  await deliveries.attempt(await store('/slow'), 1);
  expect(await rows()).toMatchObject([
    { state: 'pending', attempts: 1, last_status: null, last_error: expect.stringContaining('timeout') },
  ]);
});

it('does not call what the outbound policy forbids, and says so', async () => {
  const [id] = await db.transaction((tx) =>
    deliveries.store(tx, { environmentId, type: 'sync', payload: {}, urls: ['http://169.254.169.254/latest'] }),
  );
  await deliveries.attempt(id as string, 1);
  expect(await rows()).toMatchObject([{ state: 'failed', attempts: 1, last_error: expect.any(String) }]);
});

it('calls what the policy of the environment allows, and nothing else', async () => {
  await db.query(`UPDATE environments SET outbound_policy = '{"denylist": ["127.0.0.1"]}' WHERE id = $1`, [environmentId]);
  await deliveries.attempt(await store('/hook'), 1);
  expect(await rows()).toMatchObject([{ state: 'failed', attempts: 1, last_error: 'the host 127.0.0.1 is on the deny list' }]);
  expect(upstream.requests).toEqual([]);
  await db.query('UPDATE environments SET outbound_policy = NULL WHERE id = $1', [environmentId]);
  await deliveries.attempt(await store('/hook'), 1);
  expect(upstream.requests).toHaveLength(1);
});

it('makes an attempt once, however many ask for it', async () => {
  const id = await store('/hook');
  await Promise.all(Array.from({ length: 8 }, () => deliveries.attempt(id, 1)));
  expect(upstream.requests).toHaveLength(1);
});

it('sends again what was lost, and leaves alone what is on its way', async () => {
  const [lost, fresh, dying] = [await store('/hook'), await store('/hook'), await store('/hook')];
  await jobs.queue('delivery').obliterate({ force: true });
  const overdue = `UPDATE deliveries SET next_attempt_at = now() - interval '31 s'`;
  await db.query(`${overdue} WHERE id = $1`, [lost]);
  await db.query(`${overdue}, attempts = 3 WHERE id = $1`, [dying]);
  expect(await deliveries.resendOverdue(10)).toBe(2);
  expect(await deliveries.resendOverdue(10)).toBe(0);
  expect((await queued()).map(({ deliveryId, attempt }) => [deliveryId, attempt])).toEqual([[lost, 1]]);
  const states = new Map((await rows()).map(({ id, state }) => [id, state]));
  expect([states.get(lost), states.get(fresh), states.get(dying)]).toEqual(['pending', 'pending', 'failed']);
});

it('tells how much is pending, up to a number, and how old the oldest is', async () => {
  expect(await deliveries.pending(10)).toEqual({ count: 0, oldestMs: 0 });
  const old = await store('/hook', [`${upstream.url}/second`, `${upstream.url}/third`]);
  await db.query(`UPDATE deliveries SET created_at = now() - interval '1 hour' WHERE id = $1`, [old]);
  const pending = await deliveries.pending(10);
  expect(pending.count).toBe(3);
  expect(pending.oldestMs).toBeGreaterThanOrEqual(3_600_000);
  expect((await deliveries.pending(2)).count).toBe(2);
  await deliveries.attempt(old, 1);
  expect((await deliveries.pending(10)).oldestMs).toBeLessThan(3_600_000);
});
