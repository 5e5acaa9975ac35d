import { afterAll, beforeAll, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import { Database, postgresOptions } from '#libs/database';
import { idFloor, newId } from '#libs/kernel';
import { type TestDatabase, testDatabase } from '#libs/testing';
import { OperationLog } from './operation-log.js';
import { PostgresLogStore } from './postgres-log-store.js';

const DAY_MS = 86_400_000;

let database: TestDatabase;
let source: DataSource;
let db: Database;
let store: PostgresLogStore;

beforeAll(async () => {
  database = await testDatabase();
  source = await new DataSource(
    postgresOptions({ url: database.url, poolMax: 5, ssl: false, applicationName: 'test' }),
  ).initialize();
  db = new Database(source);
  store = new PostgresLogStore(db, 15);
});

afterAll(async () => {
  await source.destroy();
  await database.close();
});

const begin = { type: 'sync', action: 'run', message: 'Running contacts', environmentId: 3, integrationName: 'crm' } as const;
const NOTHING = { operations: [], packed: [], messages: [] };
const text = (message: string) =>
  ({ createdAt: new Date().toISOString(), level: 'info', type: 'log', source: 'user', message }) as const;

it('brings the beginning and the end of an operation together in either order', async () => {
  const [one, two] = [new OperationLog(store), new OperationLog(store)];
  const first = one.start({ ...begin, meta: { a: 1 } });
  two.finish(first.id, { state: 'success', meta: { b: 2 } });
  await two.flush();
  await one.flush();
  expect(await store.operation(first.id)).toMatchObject({ ...begin, state: 'success', level: 'info', meta: { a: 1, b: 2 } });
  two.finish(first.id, { state: 'failed', error: { message: 'late' } });
  await two.flush();
  expect(await store.operation(first.id)).toMatchObject({ state: 'success', error: null });
  await Promise.all([one.onApplicationShutdown(), two.onApplicationShutdown()]);
});

it('stores an operation that is over in one go, whatever its texts hold, and again without harm', async () => {
  const log = new OperationLog(store);
  const startedAt = new Date(Date.now() - 1_000);
  const request = { method: 'GET', url: 'https://a.example/\t\\N\0\ud800"', headers: { 'x-odd': 'line\nend\0' } };
  const id = log.record(
    { ...begin, type: 'proxy', message: 'a\tb\\.\n\0', request, meta: { a: 1 } },
    { state: 'failed', error: { message: 'no' }, response: { code: 404, headers: {} }, meta: { b: 2 } },
    startedAt,
  );
  const other = log.record(begin, { state: 'success' }, startedAt);
  await log.flush();
  const stored = await store.operation(id);
  expect(stored).toMatchObject({
    type: 'proxy',
    message: 'a\tb\\.\n',
    state: 'failed',
    level: 'error',
    environmentId: 3,
    meta: { a: 1, b: 2 },
    request: { url: 'https://a.example/\t\\N\ufffd"', headers: { 'x-odd': 'line\nend' } },
    response: { code: 404 },
    createdAt: startedAt,
    functionName: null,
  });
  expect(await store.operation(other)).toMatchObject({ state: 'success', level: 'info', meta: null, request: null });
  const again = {
    ...begin,
    id,
    createdAt: startedAt.toISOString(),
    endedAt: startedAt.toISOString(),
    state: 'failed',
    level: 'error',
  } as const;
  const fresh = { ...again, id: newId() };
  await store.write({ ...NOTHING, packed: [store.pack(again), store.pack(fresh)] });
  expect(await store.operation(fresh.id)).toMatchObject({ state: 'failed' });
  await log.onApplicationShutdown();
});

it('keeps messages in order, once, in the partition of their operation', async () => {
  const log = new OperationLog(store);
  const { id } = log.start(begin);
  for (const word of ['a', 'b', 'c']) log.message(id, text(word));
  await log.flush();
  const messages = await store.messages(id);
  await store.write({ ...NOTHING, messages });
  expect((await store.messages(id)).map(({ message }) => message)).toEqual(['a', 'b', 'c']);
  const [row] = await db.query<{ partition: string }>(
    'SELECT tableoid::regclass::text AS partition FROM logs.messages WHERE operation_id = $1',
    [id],
  );
  expect(row?.partition).toMatch(/^logs\.messages_\d{8}$/);
  await log.onApplicationShutdown();
});

it('takes what lies outside its days, and lets it go with the retention', async () => {
  const old = `${idFloor(new Date(Date.now() - 40 * DAY_MS)).slice(0, -1)}1`;
  const future = `${idFloor(new Date(Date.now() + 40 * DAY_MS)).slice(0, -1)}1`;
  const at = new Date().toISOString();
  await store.write({
    ...NOTHING,
    operations: [
      { ...begin, id: old, createdAt: at },
      { ...begin, id: future, createdAt: at },
    ],
    messages: [{ ...text('x'), id: newId(), operationId: old }],
  });
  await store.maintain(new Date());
  expect(await store.operation(old)).toBeNull();
  expect(await store.messages(old)).toEqual([]);
  expect(await store.operation(future)).not.toBeNull();
  await store.maintain(new Date(Date.now() + 10 * DAY_MS));
  const { id } = newOperation();
  await store.write({ ...NOTHING, operations: [{ id, createdAt: at, ...begin }] });
  await store.maintain(new Date(Date.now() + 17 * DAY_MS));
  expect(await store.operation(id)).toBeNull();
});

const newOperation = () => ({ id: newId() });

it('ends what never ended by itself', async () => {
  const expiresAt = new Date(Date.now() - 1000).toISOString();
  const [sync, auth] = [newId(), newId()];
  const row = { createdAt: expiresAt, expiresAt };
  await store.write({
    ...NOTHING,
    operations: [
      { ...begin, ...row, id: sync },
      { ...begin, ...row, type: 'auth', id: auth },
    ],
  });
  await store.maintain(new Date());
  expect(await store.operation(sync)).toMatchObject({ state: 'timeout' });
  expect(await store.operation(auth)).toMatchObject({ state: 'cancelled' });
});
