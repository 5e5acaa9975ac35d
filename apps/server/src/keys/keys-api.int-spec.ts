import { Module } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccountsModule } from '#libs/accounts';
import { RedisModule } from '#libs/cache';
import { CryptoModule, parseRootKeys } from '#libs/crypto';
import { DatabaseModule } from '#libs/database';
import { type RunningApp, startHttpApp } from '#libs/http';
import { Secret } from '#libs/kernel';
import { loggerModule } from '#libs/observability';
import { RecordsModule } from '#libs/records';
import { type TestDatabase, testDatabase, type TestRedis, testRedis } from '#libs/testing';
import type { KeysDto, RotationDto } from './keys.presenter.js';
import { KeysApiModule } from './keys-api.module.js';

@Module({})
class TestModule {}

let database: TestDatabase;
let redis: TestRedis;
let app: RunningApp;

beforeAll(async () => {
  [database, redis] = await Promise.all([testDatabase(), testRedis()]);
  const connection = { url: database.url, poolMax: 5, ssl: false, applicationName: 'fairlead-server' };
  const imports = [
    loggerModule('test', 'silent'),
    DatabaseModule.forRoot(connection),
    RecordsModule.forRoot({ ...connection, maxPageBytes: 1_000_000 }),
    CryptoModule.forRoot(new Secret(database.encryptionKey)),
    RedisModule.forRoot(redis.url),
    AccountsModule,
    KeysApiModule.forRoot({ username: 'operator', password: new Secret('sesame') }),
  ];
  const options = { host: '127.0.0.1', port: 0, bodyLimitBytes: 10_000, shutdownDelayMs: 0 };
  app = await startHttpApp({ module: TestModule, imports }, options);
});
afterAll(async () => {
  await app.close();
  await Promise.all([database.close(), redis.close()]);
});

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

interface Reply<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

async function call<Body>(
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Reply<Body>> {
  const response = await fetch(`${app.url}/admin/keys${path}`, {
    method,
    headers: { authorization: basic('operator:sesame'), ...(body && { 'content-type': 'application/json' }), ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
}

describe('keys', () => {
  it('are shown to operators by fingerprint, and to nobody else', async () => {
    const [root] = parseRootKeys(database.encryptionKey);
    const { status, body } = await call<KeysDto>('GET', '');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      root_keys: [{ fingerprint: root?.fingerprint, loaded: true, primary: true, wraps: 1, removable: false }],
      data_keys: [{ id: 1, root_key: root?.fingerprint, seals: true }],
      rotation: null,
    });
    expect(JSON.stringify(body)).not.toContain(database.encryptionKey);
    const refused = await call<{ error: { code: string } }>('GET', '', undefined, { authorization: basic('operator:wrong') });
    expect([refused.status, refused.body.error.code]).toEqual([401, 'missing_auth_header']);
    expect(refused.headers.get('www-authenticate')).toMatch(/^Basic/);
  });

  it('are counted on demand', async () => {
    const { body } = await call<KeysDto>('GET', '?scan=true');
    expect(body).toMatchObject({ in_clear: {}, data_keys: [{ uses: { 'environments.webhook_signing_key': 2 } }] });
  });

  it('are rotated on demand, by this process, once however often it is asked', async () => {
    const first = await call<RotationDto>('POST', '/rotate', { scope: 'root' });
    expect([first.status, first.body.scope]).toEqual([202, 'root']);
    await expect.poll(async () => (await call<KeysDto>('GET', '')).body.rotation?.state, { timeout: 10_000 }).toBe('done');

    const data = await call<RotationDto>('POST', '/rotate', { scope: 'data' });
    const again = await call<RotationDto>('POST', '/rotate', { scope: 'data' });
    expect([data.status, data.body.data_key, again.body.id]).toEqual([202, 2, data.body.id]);
    const other = await call<{ error: { code: string } }>('POST', '/rotate', { scope: 'root' });
    expect([other.status, other.body.error.code]).toEqual([409, 'conflict']);
  });

  it('are not rotated while an operator pauses it', async () => {
    expect((await call<RotationDto>('POST', '/pause')).body).toMatchObject({ state: 'paused', note: 'paused by an operator' });
    expect((await call('POST', '/pause')).status).toBe(409);
    expect((await call<RotationDto>('POST', '/resume')).body.state).toBe('running');
  });

  it('are rotated for no other scope, nor for another site', async () => {
    const wrong = await call<{ error: { code: string; errors: { path: string[] }[] } }>('POST', '/rotate', { scope: 'all' });
    expect([wrong.status, wrong.body.error.code, wrong.body.error.errors[0]?.path]).toEqual([400, 'invalid_body', ['scope']]);
    const crossed = await call('POST', '/pause', undefined, { 'sec-fetch-site': 'cross-site' });
    expect(crossed.status).toBe(403);
  });
});
