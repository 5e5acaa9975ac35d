import { Module } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccountsModule } from '#libs/accounts';
import { RedisModule } from '#libs/cache';
import { CryptoModule } from '#libs/crypto';
import { DatabaseModule } from '#libs/database';
import { type RunningApp, startHttpApp } from '#libs/http';
import { Secret } from '#libs/kernel';
import { loggerModule } from '#libs/observability';
import { type TestDatabase, testDatabase, type TestRedis, testRedis } from '#libs/testing';
import type { EnvironmentListReply, EnvironmentReply } from './outbound-policies.dto.js';
import { OutboundPoliciesModule } from './outbound-policies.module.js';

@Module({})
class TestModule {}

let database: TestDatabase;
let redis: TestRedis;
let app: RunningApp;
let dev: string;

beforeAll(async () => {
  [database, redis] = await Promise.all([testDatabase(), testRedis()]);
  const imports = [
    loggerModule('test', 'silent'),
    DatabaseModule.forRoot({ url: database.url, poolMax: 2, ssl: false, applicationName: 'test' }),
    CryptoModule.forRoot(new Secret(database.encryptionKey)),
    RedisModule.forRoot(redis.url),
    AccountsModule,
    OutboundPoliciesModule.forRoot({ username: 'operator', password: new Secret('sesame') }),
  ];
  app = await startHttpApp(
    { module: TestModule, imports },
    { host: '127.0.0.1', port: 0, bodyLimitBytes: 10_000, shutdownDelayMs: 0 },
  );
  const { body } = await call<EnvironmentListReply>('GET', '');
  dev = body.data.find(({ name }) => name === 'dev')!.uuid;
});
afterAll(async () => {
  await app.close();
  await Promise.all([database.close(), redis.close()]);
});

interface Reply<Body> {
  readonly status: number;
  readonly body: Body;
}

async function call<Body>(method: string, path: string, body?: object, password = 'sesame'): Promise<Reply<Body>> {
  const authorization = `Basic ${Buffer.from(`operator:${password}`).toString('base64')}`;
  const response = await fetch(`${app.url}/admin/environments${path}`, {
    method,
    headers: { authorization, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as Body };
}
interface Refused {
  readonly error: { readonly code: string; readonly errors?: readonly { readonly path: string[]; readonly message: string }[] };
}
const policyOf = async () => (await call<EnvironmentReply>('GET', `/${dev}/outbound-policy`)).body.data.outbound_policy;

describe('the outbound policy of an environment', () => {
  it('is none at first, is set, replaced as a whole and taken away', async () => {
    expect(await policyOf()).toBeNull();
    const set = await call<EnvironmentReply>('PUT', `/${dev}/outbound-policy`, { mode: 'allowlist', allowlist: ['a.example'] });
    expect(set).toMatchObject({
      status: 200,
      body: { data: { uuid: dev, name: 'dev', outbound_policy: { mode: 'allowlist' } } },
    });
    await call('PUT', `/${dev}/outbound-policy`, { blockPrivateIps: false });
    expect(await policyOf()).toEqual({ blockPrivateIps: false });
    expect((await call('DELETE', `/${dev}/outbound-policy`)).status).toBe(204);
    expect(await policyOf()).toBeNull();
  });

  it('shows in the list of environments, page by page', async () => {
    await call('PUT', `/${dev}/outbound-policy`, { maxRedirects: 1 });
    const { body } = await call<EnvironmentListReply>('GET', '');
    expect(body.data.map(({ name, outbound_policy }) => [name, outbound_policy])).toEqual([
      ['dev', { maxRedirects: 1 }],
      ['prod', null],
    ]);
    const second = await call<EnvironmentListReply>('GET', '?limit=1&page=1');
    expect(second.body.data.map(({ name }) => name)).toEqual(['prod']);
    await call('DELETE', `/${dev}/outbound-policy`);
  });

  it.each([
    [{ mode: 'open' }, ['mode']],
    [{ mode: 'allowlist' }, ['allowlist']],
    [{ denylist: ['https://a.example/'] }, ['denylist', 0]],
    [{ maxRedirects: -1 }, ['maxRedirects']],
    [{ blockPrivateIps: 'no' }, ['blockPrivateIps']],
  ])('is refused where it is none, %j, by the field that is wrong', async (given, path) => {
    const { status, body } = await call<Refused>('PUT', `/${dev}/outbound-policy`, given);
    expect([status, body.error.code, body.error.errors?.[0]?.path]).toEqual([400, 'invalid_body', path.map(String)]);
    expect(await policyOf()).toBeNull();
  });

  it('has no fields but its own', async () => {
    const { body } = await call<Refused>('PUT', `/${dev}/outbound-policy`, { blockPrivateIp: false });
    expect(body.error.errors?.[0]?.message).toContain('blockPrivateIp');
  });

  it('is nobody’s business but operators’', async () => {
    for (const [method, path] of [
      ['GET', ''],
      ['GET', `/${dev}/outbound-policy`],
      ['PUT', `/${dev}/outbound-policy`],
      ['DELETE', `/${dev}/outbound-policy`],
    ] as const) {
      const { status, body } = await call<Refused>(method, path, method === 'PUT' ? {} : undefined, 'wrong');
      expect([status, body.error.code]).toEqual([401, 'missing_auth_header']);
    }
  });

  it('is that of an environment there is', async () => {
    const path = '/00000000-0000-4000-8000-000000000000/outbound-policy';
    for (const [method, body] of [
      ['GET', undefined],
      ['PUT', {}],
      ['DELETE', undefined],
    ] as const) {
      const refused = await call<Refused>(method, path, body);
      expect([refused.status, refused.body.error.code]).toEqual([404, 'unknown_environment']);
    }
    expect((await call<Refused>('GET', '/dev/outbound-policy')).status).toBe(400);
  });
});
