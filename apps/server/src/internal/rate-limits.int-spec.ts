import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase, type TestRedis, testRedis } from '#libs/testing';
import { type TestApi, testApi } from '../connections/test-api.js';

/** Rate limits as runners ask for them (libs/contracts `internal.ts`). */
let database: TestDatabase;
let redis: TestRedis;
let api: TestApi;
let token: string;
let bucket: string;

beforeAll(async () => {
  [database, redis] = await Promise.all([testDatabase(), testRedis()]);
  api = await testApi(database.url, database.encryptionKey, redis.url, 'http://127.0.0.1:9');
  token = api.executionToken({ environmentId: api.environmentId, providerConfigKey: 'crm', connectionId: 'c1' });
});
afterAll(async () => {
  await api.close();
  await Promise.all([database.close(), redis.close()]);
});
beforeEach(() => {
  bucket = `${api.environmentId}:${randomUUID()}:0:all`;
});

const post = (what: 'admit' | 'learn', body: object, signal?: AbortSignal) =>
  api.call('POST', `/internal/rate-limits/${what}`, { bucket, ...body }, token, signal);
const admit = (maxWaitMs: number, signal?: AbortSignal) => post('admit', { maxWaitMs, connection: 'c1' }, signal);
const refusedFor = (ms: number) => post('learn', { learnt: { low: true, blockedForMs: ms } });

describe('a run', () => {
  it('is told the mode, and that nobody watches its bucket', async () => {
    expect(await admit(1_000)).toEqual({
      status: 200,
      body: { mode: 'wait', maxWaitMs: 5_000, engagedForMs: 0, blockedForMs: 0 },
    });
  });

  it('waits until the provider answers again, and gives back its place', async () => {
    const learnt = await refusedFor(400);
    expect(learnt.body).toMatchObject({ engagedForMs: expect.any(Number), blockedForMs: expect.any(Number) });
    const startedAt = performance.now();
    const { status, body } = await admit(5_000);
    const { ticket } = body as { ticket: string };
    expect([status, performance.now() - startedAt > 300]).toEqual([200, true]);
    // The limit is not known: the next goes when the first has ended.
    const next = admit(5_000);
    await post('learn', { answered: [ticket] });
    expect((await next).status).toBe(200);
  });

  it('is refused where it would wait in vain', async () => {
    await refusedFor(3_000);
    expect(await admit(1_000)).toEqual({
      status: 429,
      body: {
        error: {
          code: 'rate_limited',
          message: 'the provider’s rate limit of connection c1 is used up: try again in 3 s',
          payload: { connection_id: 'c1', retry_after: 3 },
        },
      },
    });
  });

  it('that goes away leaves its place', async () => {
    await refusedFor(400);
    const gone = new AbortController();
    const first = admit(5_000, gone.signal);
    gone.abort();
    await expect(first).rejects.toThrow();
    expect((await admit(5_000)).status).toBe(200);
  });

  it('reaches no bucket of another environment', async () => {
    bucket = `${api.environmentId + 1}:${randomUUID()}:0:all`;
    expect([(await admit(0)).status, (await refusedFor(1)).status]).toEqual([403, 403]);
  });

  it('is told which field is wrong', async () => {
    const { status, body } = await post('learn', { bucket: 'x', learnt: { low: true, blockedForMs: -1 } });
    const { error } = body as { error: { errors: { path: string[] }[] } };
    expect([status, ...error.errors.map(({ path }) => path.join('.'))]).toEqual([400, 'bucket', 'learnt.blockedForMs']);
  });
});
