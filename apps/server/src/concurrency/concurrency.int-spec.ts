import { Module } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AccountsModule, hashApiKey } from '#libs/accounts';
import { RedisModule } from '#libs/cache';
import { CryptoModule } from '#libs/crypto';
import { Database, DatabaseModule } from '#libs/database';
import { Executions, ExecutionsModule } from '#libs/executions';
import { type RunningApp, startHttpApp } from '#libs/http';
import { newId, Secret } from '#libs/kernel';
import { loggerModule } from '#libs/observability';
import { QueuesModule } from '#libs/queues';
import { type TestDatabase, testDatabase, type TestRedis, testRedis } from '#libs/testing';
import type { ConcurrencyReply } from './concurrency.dto.js';
import { ConcurrencyModule } from './concurrency.module.js';

@Module({})
class TestModule {}

const kinds = { action: 20, 'action-async': 1, sync: 20, 'on-event': 20 };
const OPERATOR = `Basic ${Buffer.from('operator:sesame').toString('base64')}`;
const key = randomUUID();
let database: TestDatabase;
let redis: TestRedis;
let app: RunningApp;
let dev: { id: number; uuid: string };

beforeAll(async () => {
  [database, redis] = await Promise.all([testDatabase(), testRedis()]);
  const imports = [
    loggerModule('test', 'silent'),
    DatabaseModule.forRoot({ url: database.url, poolMax: 4, ssl: false, applicationName: 'test' }),
    CryptoModule.forRoot(new Secret(database.encryptionKey)),
    RedisModule.forRoot(redis.url),
    QueuesModule.forRoot(),
    ExecutionsModule.forRoot({ slots: kinds, environmentCaps: kinds, maxQueued: 50 }),
    AccountsModule,
    ConcurrencyModule.forRoot({ username: 'operator', password: new Secret('sesame') }),
  ];
  app = await startHttpApp(
    { module: TestModule, imports },
    { host: '127.0.0.1', port: 0, bodyLimitBytes: 10_000, shutdownDelayMs: 0 },
  );
  const db = app.app.get(Database, { strict: false });
  [dev] = (await db.query(`SELECT id, uuid FROM environments WHERE name = 'dev'`)) as [typeof dev];
  await db.query(
    `INSERT INTO api_keys (account_id, environment_id, display_name, scopes, hash)
     SELECT account_id, id, 'test', '{environment:*}', $2 FROM environments WHERE id = $1`,
    [dev.id, hashApiKey(key)],
  );
});
afterAll(async () => {
  await app.close();
  await Promise.all([database.close(), redis.close()]);
});
beforeEach(async () => {
  await call('DELETE', admin());
});

interface Refused {
  readonly error: { readonly code: string; readonly errors?: readonly { readonly path: string[]; readonly message: string }[] };
}

const admin = (uuid = dev.uuid) => `/admin/environments/${uuid}/concurrency`;

interface Reply<Body> {
  readonly status: number;
  readonly body: Body;
}

async function call<Body>(method: string, path: string, body?: object, authorization = OPERATOR): Promise<Reply<Body>> {
  const response = await fetch(`${app.url}${path}`, {
    method,
    headers: { authorization, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as Body };
}

const NONE = { max_running: null, max_running_per_connection: null, max_queued: null, weight: null };

describe('the concurrency of an environment', () => {
  it('is as everywhere at first, is set, replaced as a whole and taken away', async () => {
    const everywhere = { max_running: 20, max_running_per_connection: 0, max_queued: 50, weight: 1 };
    const before = await call<ConcurrencyReply>('GET', admin());
    expect(before.body.data.sync).toEqual({ own: NONE, in_force: everywhere, running: 0, queued: 0 });
    expect(Object.keys(before.body.data)).toEqual(['action', 'action-async', 'sync', 'on-event']);

    const set = await call<ConcurrencyReply>('PUT', admin(), { sync: { max_running: 2, weight: 3 }, action: { max_queued: 7 } });
    expect(set.status).toBe(200);
    expect(set.body.data.sync).toMatchObject({
      own: { ...NONE, max_running: 2, weight: 3 },
      in_force: { ...everywhere, max_running: 2, weight: 3 },
    });
    expect(set.body.data.action.in_force.max_queued).toBe(7);

    const replaced = await call<ConcurrencyReply>('PUT', admin(), { sync: { max_running_per_connection: 1 } });
    expect(replaced.body.data.sync.own).toEqual({ ...NONE, max_running_per_connection: 1 });
    expect(replaced.body.data.action.own).toEqual(NONE);

    expect((await call('DELETE', admin())).status).toBe(204);
    expect((await call<ConcurrencyReply>('GET', admin())).body.data.sync.own).toEqual(NONE);
  });

  it('holds for what comes next', async () => {
    await call('PUT', admin(), { sync: { max_running: 1, max_queued: 1 } });
    const submit = () =>
      app.app.get(Database, { strict: false }).transaction((tx) =>
        app.app.get(Executions, { strict: false }).submit(tx, {
          kind: 'sync',
          environmentId: dev.id,
          functionId: 1,
          connectionRowId: 1,
          syncId: newId(),
        }),
      );
    await submit();
    await submit();
    await expect(submit()).rejects.toMatchObject({ code: 'queue_full' });
    const { body } = await call<ConcurrencyReply>('GET', admin());
    expect(body.data.sync).toMatchObject({ running: 1, queued: 1 });
  });

  it.each([
    [{ sync: { max_running: 0 } }, ['sync', 'max_running']],
    [{ sync: { max_queued: 1.5 } }, ['sync', 'max_queued']],
    [{ action: { weight: 101 } }, ['action', 'weight']],
    [{ action: { max_running_per_connection: -1 } }, ['action', 'max_running_per_connection']],
    [{ 'on-event': { max_running: 'many' } }, ['on-event', 'max_running']],
  ])('is refused where it makes no sense, %j, by the field that is wrong', async (given, path) => {
    const { status, body } = await call<Refused>('PUT', admin(), given);
    expect([status, body.error.code, body.error.errors?.[0]?.path]).toEqual([400, 'invalid_body', path]);
  });

  it.each([[{ syncs: { max_running: 1 } }], [{ sync: { max_runing: 1 } }]])('has no fields but its own: %j', async (given) => {
    expect(await call<Refused>('PUT', admin(), given)).toMatchObject({ status: 400, body: { error: { code: 'invalid_body' } } });
  });

  it('is that of an environment there is', async () => {
    const path = admin('00000000-0000-4000-8000-000000000000');
    for (const [method, body] of [
      ['GET', undefined],
      ['PUT', {}],
      ['DELETE', undefined],
    ] as const) {
      const refused = await call<Refused>(method, path, body);
      expect([refused.status, refused.body.error.code]).toEqual([404, 'unknown_environment']);
    }
  });

  it('is seen by its own keys, and changed by operators alone', async () => {
    await call('PUT', admin(), { sync: { max_running: 4 } });
    const own = await call<ConcurrencyReply>('GET', '/api/v1/environments/concurrency', undefined, `Bearer ${key}`);
    expect([own.status, own.body.data.sync.in_force.max_running]).toEqual([200, 4]);
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const refused = await call<Refused>(method, admin(), method === 'PUT' ? {} : undefined, `Bearer ${key}`);
      expect([refused.status, refused.body.error.code]).toEqual([401, 'missing_auth_header']);
    }
    expect((await call('GET', '/api/v1/environments/concurrency')).status).toBe(401);
  });
});
