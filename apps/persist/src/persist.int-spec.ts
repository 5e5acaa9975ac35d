import 'reflect-metadata';
import { Redis } from 'ioredis';
import pg from 'pg';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExecutionClaims } from '#libs/contracts';
import { signExecutionToken } from '#libs/execution-token';
import type { RunningApp } from '#libs/http';
import { LogStore, OperationLog } from '#libs/logs';
import { type TestDatabase, testDatabase, type TestRedis, testRedis } from '#libs/testing';
import { bootstrap } from './bootstrap.js';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');

let database: TestDatabase;
let redis: TestRedis;
let app: RunningApp;
let lastConnection = 0;

beforeAll(async () => {
  database = await testDatabase();
  redis = await testRedis();
  app = await bootstrap({
    NANGO_DATABASE_URL: database.url,
    NANGO_REDIS_URL: redis.url,
    NANGO_ENCRYPTION_KEY: database.encryptionKey,
    FAIRLEAD_EXECUTION_PUBLIC_KEY: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    NANGO_PERSIST_PORT: '0',
    LOG_LEVEL: 'silent',
  });
});

afterAll(async () => {
  await app.close();
  await redis.close();
  await database.close();
});

const claims = (more: Partial<ExecutionClaims> = {}): ExecutionClaims => ({
  sub: randomUUID(),
  exp: Math.floor(Date.now() / 1000) + 60,
  kind: 'sync',
  accountId: 1,
  environmentId: 1,
  environmentName: 'dev',
  connectionRowId: ++lastConnection,
  connectionId: 'c',
  providerConfigKey: 'crm',
  functionName: 'contacts',
  operationId: randomUUID(),
  models: ['Contact'],
  variant: 'base',
  ...more,
});

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function newRun(more: Partial<ExecutionClaims> = {}) {
  const run = claims(more);
  const authorization = `Bearer ${signExecutionToken(privateKey, run)}`;
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> => {
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await fetch(`${app.url}${path}`, {
      method,
      headers: { authorization, ...json, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };
  return { claims: run, call };
}

const failure = (status: number, code: string) => ({ status, body: { error: expect.objectContaining({ code }) as object } });

it('is alive and ready', async () => {
  const { call } = await newRun();
  expect(await call('GET', '/health')).toEqual({ status: 200, body: { result: 'ok' } });
  expect(await call('GET', '/ready')).toEqual({ status: 200, body: { result: 'ok' } });
});

describe('records', () => {
  it('are saved, changed, deleted and read back', async () => {
    const { call } = await newRun();
    const counts = { added: 0, updated: 0, deleted: 0, unchanged: 0, duplicates: [] };
    expect(await call('POST', '/records/Contact/save', [{ id: 1, n: 1 }, { id: 2 }, { id: 2 }])).toEqual({
      status: 200,
      body: { ...counts, added: 2, duplicates: ['2'] },
    });
    expect((await call('POST', '/records/Contact/update', [{ id: '1', m: 2 }])).body).toEqual({ ...counts, updated: 1 });
    expect((await call('POST', '/records/Contact/delete', [{ id: '2' }])).body).toEqual({ ...counts, deleted: 1 });
    const page = await call('GET', '/records/Contact?limit=1');
    expect(page.body).toMatchObject({ records: [{ id: '1', n: 1, m: 2, _nango_metadata: { last_action: 'UPDATED' } }] });
    const { next_cursor: cursor } = page.body as { next_cursor: string };
    const next = await call('GET', `/records/Contact?cursor=${encodeURIComponent(cursor)}`);
    expect(next.body).toMatchObject({ records: [{ id: '2', _nango_metadata: { last_action: 'DELETED' } }], next_cursor: null });
    expect((await call('GET', '/records/Contact?ids=1&ids=9')).body).toMatchObject({ records: [{ id: '1' }] });
  });

  it('count once when a batch is sent again', async () => {
    const { call } = await newRun();
    const send = () => call('POST', '/records/Contact/save', [{ id: 1 }], { 'x-batch-id': 'b1' });
    const first = await send();
    expect(first.body).toMatchObject({ added: 1 });
    expect(await send()).toEqual(first);
  });

  it('of a variant are a dataset of their own', async () => {
    const base = await newRun();
    const variant = await newRun({ connectionRowId: base.claims.connectionRowId, variant: 'eu' });
    await base.call('POST', '/records/Contact/save', [{ id: 'base' }]);
    await variant.call('POST', '/records/Contact/save', [{ id: 'eu' }]);
    expect((await variant.call('GET', '/records/Contact')).body).toMatchObject({ records: [{ id: 'eu' }] });
  });

  it('are deleted when a tracking ends without having seen them', async () => {
    const before = await newRun();
    await before.call('POST', '/records/Contact/save', [{ id: 1 }, { id: 2 }]);
    const { call } = await newRun({ connectionRowId: before.claims.connectionRowId });
    expect((await call('POST', '/track-deletes/Contact/start')).status).toBe(204);
    await call('POST', '/records/Contact/save', [{ id: 1 }]);
    expect(await call('POST', '/track-deletes/Contact/end')).toEqual({ status: 200, body: { deletedKeys: ['2'] } });
    expect(await call('POST', '/track-deletes/Contact/end')).toEqual(failure(409, 'conflict'));
    expect((await call('POST', '/records/Contact/outdated')).body).toEqual({ deletedKeys: [] });
    expect((await call('POST', '/records/Contact/empty')).body).toEqual({ deletedCount: 2, hasMore: false });
  });

  it('are left alone when others changed them after the pinned cursor', async () => {
    const { call, claims: own } = await newRun();
    await call('POST', '/records/Contact/save', [{ id: 1, by: 'a' }]);
    const { cursor } = (await call('GET', '/records/Contact/cursor')).body as { cursor: string };
    const other = await newRun({ connectionRowId: own.connectionRowId });
    await other.call('POST', '/records/Contact/save', [{ id: 1, by: 'b' }]);
    const saved = await call('POST', '/records/Contact/save', [{ id: 1, by: 'a2' }], { 'x-merging': cursor });
    expect(saved.body).toMatchObject({ updated: 0, unchanged: 1, nextMerging: cursor });
  });

  it('are refused when they or their request make no sense', async () => {
    const { call } = await newRun();
    expect(await call('POST', '/records/Contact/save', [{ name: 'x' }])).toEqual(failure(400, 'invalid_record'));
    expect(await call('POST', '/records/Contact/save', { id: 1 })).toEqual(failure(400, 'invalid_body'));
    expect(await call('POST', '/records/Company/save', [{ id: 1 }])).toEqual({
      status: 400,
      body: {
        error: {
          code: 'unknown_model',
          message: expect.stringContaining('Contact') as string,
          payload: { model: 'Company', allowed: ['Contact'] },
        },
      },
    });
    expect(await call('GET', '/records/Contact?cursor=nope')).toEqual(failure(400, 'invalid_query_params'));
    expect(await call('GET', '/records/Contact?limit=0')).toEqual(failure(400, 'invalid_query_params'));
    expect(await call('POST', '/records/Contact/save', [{ id: 1 }], { 'x-merging': 'nope' })).toEqual(
      failure(400, 'invalid_query_params'),
    );
    expect((await call('GET', '/records/Contact')).body).toEqual({ records: [], next_cursor: null });
  });
});

describe('a run', () => {
  it('needs a valid token', async () => {
    const { call } = await newRun({ exp: Math.floor(Date.now() / 1000) - 1 });
    expect(await call('GET', '/records/Contact')).toEqual(failure(401, 'invalid_execution_token'));
    expect((await fetch(`${app.url}/records/Contact`)).status).toBe(401);
  });

  it('loses the right to write when its token expires, however often it was verified', async () => {
    const { call } = await newRun({ exp: Math.floor(Date.now() / 1000) + 1 });
    expect((await call('GET', '/records/Contact')).status).toBe(200);
    await expect.poll(async () => (await call('GET', '/records/Contact')).status, { timeout: 5_000 }).toBe(401);
  });

  it('writes nothing once it is settled, but may still log and release its locks', async () => {
    const { call, claims: own } = await newRun();
    const client = new Redis(redis.url);
    await client.set(`fairlead:settled:${own.sub}`, '1', 'EX', 60);
    client.disconnect();
    expect(await call('POST', '/records/Contact/save', [{ id: 1 }])).toEqual(failure(410, 'script_aborted'));
    expect(await call('POST', '/track-deletes/Contact/start')).toEqual(failure(410, 'script_aborted'));
    expect(await call('PUT', '/checkpoint', { key: 'k', checkpoint: {}, expectedVersion: 1 })).toEqual(
      failure(410, 'script_aborted'),
    );
    expect(await call('POST', '/locks/acquire', { key: 'k', ttlMs: 10 })).toEqual(failure(410, 'script_aborted'));
    expect((await call('POST', '/locks/release-all')).status).toBe(200);
    expect((await call('POST', '/logs', { messages: [] })).status).toBe(204);
  });
});

it('writes nothing for a run that the ledger says has ended, though Redis lost the mark', async () => {
  const { call, claims: own } = await newRun();
  const ledger = new pg.Client({ connectionString: database.url });
  await ledger.connect();
  await ledger.query(
    `INSERT INTO executions (id, environment_id, kind, state, retry_key, connection_id, function_id, start_deadline_at)
     VALUES ($1, 1, 'sync', 'running', $1, 1, 1, now())`,
    [own.sub],
  );
  expect((await call('POST', '/records/Contact/save', [{ id: 1 }])).status).toBe(200);
  await ledger.query(`UPDATE executions SET state = 'failed' WHERE id = $1`, [own.sub]);
  await ledger.end();
  await expect
    .poll(() => call('POST', '/records/Contact/save', [{ id: 2 }]), { timeout: 5_000 })
    .toEqual(failure(410, 'script_aborted'));
});

it('writes nothing of a batch whose run ended between its arrival and its commit', async () => {
  const { call, claims: own } = await newRun();
  await call('POST', '/records/Contact/save', [{ id: 1 }]);
  const [ledger, holder] = [database.url, database.url].map((connectionString) => new pg.Client({ connectionString })) as [
    pg.Client,
    pg.Client,
  ];
  await Promise.all([ledger.connect(), holder.connect()]);
  await holder.query('BEGIN');
  await holder.query('SELECT 1 FROM records.datasets WHERE connection_id = $1 FOR UPDATE', [own.connectionRowId]);
  const late = call('POST', '/records/Contact/save', [{ id: 1, late: true }, { id: 2 }]);
  const waits = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  await expect.poll(async () => (await ledger.query(waits)).rowCount).toBeGreaterThan(0);
  await ledger.query(
    `INSERT INTO executions (id, environment_id, kind, state, retry_key, connection_id, function_id, start_deadline_at)
     VALUES ($1, 1, 'sync', 'failed', $1, 1, 1, now())`,
    [own.sub],
  );
  const client = new Redis(redis.url);
  await client.set(`fairlead:settled:${own.sub}`, '1', 'EX', 60);
  client.disconnect();
  await holder.query('COMMIT');
  expect(await late).toEqual(failure(410, 'script_aborted'));
  await Promise.all([ledger.end(), holder.end()]);
  const { records } = (await call('GET', '/records/Contact')).body as { records: object[] };
  expect(records).toMatchObject([{ id: '1', _nango_metadata: { last_action: 'ADDED' } }]);
});

it('saves no checkpoint of a run that is being ended', async () => {
  const { call, claims: own } = await newRun();
  const [ledger, watcher] = [database.url, database.url].map((connectionString) => new pg.Client({ connectionString })) as [
    pg.Client,
    pg.Client,
  ];
  await Promise.all([ledger.connect(), watcher.connect()]);
  await ledger.query(
    `INSERT INTO executions (id, environment_id, kind, state, retry_key, connection_id, function_id, start_deadline_at)
     VALUES ($1, 1, 'sync', 'running', $1, 1, 1, now())`,
    [own.sub],
  );
  const save = (page: number, expectedVersion: number) =>
    call('PUT', '/checkpoint', { key: 'k', checkpoint: { page }, expectedVersion });
  expect((await save(1, 1)).status).toBe(200);
  await ledger.query('BEGIN');
  await ledger.query(`UPDATE executions SET state = 'failed' WHERE id = $1`, [own.sub]);
  const late = save(2, 2);
  const waits = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  await expect.poll(async () => (await watcher.query(waits)).rowCount).toBeGreaterThan(0);
  await ledger.query('COMMIT');
  expect(await late).toEqual(failure(410, 'script_aborted'));
  expect((await call('GET', '/checkpoint?key=k')).body).toEqual({ checkpoint: { page: 1 }, version: 2 });
  await Promise.all([ledger.end(), watcher.end()]);
});

it('keeps checkpoints by version', async () => {
  const { call } = await newRun();
  const key = encodeURIComponent('sync:contacts');
  expect((await call('GET', `/checkpoint?key=${key}`)).body).toEqual({ checkpoint: null, version: 1 });
  const save = (page: number, expectedVersion: number) =>
    call('PUT', '/checkpoint', { key: 'sync:contacts', checkpoint: { page }, expectedVersion });
  expect(await save(1, 1)).toEqual({ status: 200, body: { checkpoint: { page: 1 }, version: 2 } });
  expect(await save(2, 1)).toEqual(failure(409, 'checkpoint_conflict'));
  expect((await call('DELETE', `/checkpoint?key=${key}&expectedVersion=2`)).body).toEqual({ checkpoint: null, version: 3 });
});

it('gives a lock to one run of an environment at a time', async () => {
  const [first, second, stranger] = [await newRun(), await newRun(), await newRun({ environmentId: 2 })];
  const acquire = async (who: typeof first, ttlMs = 60_000) =>
    (await who.call('POST', '/locks/acquire', { key: 'l', ttlMs })).body;
  const release = async (who: typeof first) => (await who.call('POST', '/locks/release', { key: 'l' })).body;
  expect(await acquire(first)).toEqual({ done: true });
  expect(await acquire(first)).toEqual({ done: true });
  expect(await acquire(second)).toEqual({ done: false });
  expect(await acquire(stranger)).toEqual({ done: true });
  expect(await release(second)).toEqual({ done: false });
  expect(await release(first)).toEqual({ done: true });
  expect(await acquire(second)).toEqual({ done: true });
  await second.call('POST', '/locks/release-all');
  expect(await acquire(first, 20)).toEqual({ done: true });
  await expect.poll(() => acquire(second), { timeout: 2_000 }).toEqual({ done: true });
});

it('stores the messages of a run with its operation', async () => {
  const { call, claims: own } = await newRun();
  const message = { createdAt: new Date().toISOString(), level: 'info', type: 'log', source: 'user', message: 'hello \0' };
  expect((await call('POST', '/logs', { messages: [message, { ...message, level: 'error', meta: [1, 2] }] })).status).toBe(204);
  await app.app.get(OperationLog, { strict: false }).flush();
  const stored = await app.app.get(LogStore, { strict: false }).messages(own.operationId);
  expect(stored.map(({ level, message: text, meta }) => ({ level, text, meta }))).toEqual([
    { level: 'info', text: 'hello ', meta: null },
    { level: 'error', text: 'hello ', meta: { 0: 1, 1: 2 } },
  ]);
});
