import { afterEach, expect, it, vi } from 'vitest';
import type { LogMessage } from '#libs/contracts';
import { newId } from '#libs/kernel';
import { LogStore, MemoryLogStore, OperationLog } from './index.js';
import type { LogBatch, MessageRow, OperationRow } from './log-store.js';

const message = (text: string, level: LogMessage['level'] = 'info'): LogMessage => ({
  createdAt: new Date().toISOString(),
  level,
  type: 'log',
  source: 'user',
  message: text,
});
const begin = { type: 'action', action: 'run', message: 'Running', environmentId: 1 } as const;

/** A memory store that fails as it is told. */
class FailingStore extends MemoryLogStore {
  error: (operations: readonly OperationRow[], messages: readonly MessageRow[]) => Error | null = () => null;
  writes = 0;

  override async write(batch: LogBatch): Promise<void> {
    this.writes += 1;
    const error = this.error(batch.operations, batch.messages);
    if (error) throw error;
    await super.write(batch);
  }
}

const logs: OperationLog[] = [];
function newLog<Store extends LogStore>(
  store: Store,
  ...limits: ConstructorParameters<typeof OperationLog> extends [unknown, ...infer More] ? More : never
) {
  const log = new OperationLog(store, ...limits);
  logs.push(log);
  return { log, store };
}

afterEach(async () => {
  await Promise.all(logs.splice(0).map((log) => log.onApplicationShutdown()));
  vi.useRealTimers();
});

it('stores an operation that begins and ends between two flushes in one write', async () => {
  const { log, store } = newLog(new FailingStore());
  const operation = log.start({ ...begin, meta: { a: 1 } });
  operation.message(message('one'));
  operation.finish({ state: 'failed', error: { message: 'no' }, meta: { b: 2 } });
  await log.flush();
  expect(store.writes).toBe(1);
  expect(await store.operation(operation.id)).toMatchObject({
    state: 'failed',
    level: 'error',
    error: { message: 'no' },
    meta: { a: 1, b: 2 },
  });
  expect((await store.messages(operation.id)).map((row) => row.message)).toEqual(['one']);
});

it('lets the first end of an operation count', async () => {
  const { log, store } = newLog(new MemoryLogStore());
  const operation = log.start(begin);
  operation.finish({ state: 'success' });
  operation.finish({ state: 'failed' });
  await log.flush();
  expect(await store.operation(operation.id)).toMatchObject({ state: 'success' });
});

it('flushes by itself soon, and on shutdown', async () => {
  vi.useFakeTimers();
  const { log, store } = newLog(new MemoryLogStore());
  const { id } = log.start(begin);
  await vi.advanceTimersByTimeAsync(300);
  expect(await store.operation(id)).not.toBeNull();
  const last = log.start(begin);
  await log.onApplicationShutdown();
  expect(await store.operation(last.id)).not.toBeNull();
});

it('keeps what it can while the store is away, and drops the rest by level', async () => {
  const { log, store } = newLog(new FailingStore(), { rows: 4, bytes: 1_000_000 });
  store.error = () => new Error('away');
  const id = newId();
  log.message(id, message('grave', 'error'));
  for (let i = 0; i < 6; i++) log.message(id, message(`quiet ${i}`));
  await log.flush();
  expect(log.dropped).toBe(3);
  store.error = () => null;
  await log.flush();
  expect((await store.messages(id)).map((row) => row.message)).toEqual(['grave', 'quiet 3', 'quiet 4', 'quiet 5']);
});

it('gives up the one row the store refuses, not its neighbours', async () => {
  const { log, store } = newLog(new FailingStore());
  const id = newId();
  store.error = (_, messages) =>
    messages.some((row) => row.message === 'bad') ? Object.assign(new Error('refused'), { code: '22P02' }) : null;
  for (const text of ['a', 'b', 'bad', 'c', 'd']) log.message(id, message(text));
  const operation = log.start(begin);
  await log.flush();
  expect((await store.messages(id)).map((row) => row.message)).toEqual(['a', 'b', 'c', 'd']);
  expect(await store.operation(operation.id)).not.toBeNull();
  expect(log.dropped).toBe(1);
});

it('counts what is not about an operation, and cuts what is too long', async () => {
  const { log, store } = newLog(new MemoryLogStore());
  log.message('no-uuid', message('x'));
  log.finish('no-uuid', { state: 'success' });
  expect(log.dropped).toBe(2);
  const { id } = log.start(begin);
  log.message(id, message('x'.repeat(20_000)));
  await log.flush();
  expect((await store.messages(id))[0]?.message).toHaveLength(10_000);
});

it('gives up whole operations past its room, the good ones first, and counts them', async () => {
  const { log, store } = newLog(new FailingStore(), { rows: 3, bytes: 1_000_000 });
  store.error = () => new Error('away');
  await log.flush();
  const record = (state: 'success' | 'failed') => log.record(begin, { state }, new Date());
  const ids = [record('success'), record('failed'), record('success'), record('failed'), record('success')];
  expect(log.dropped).toBe(2);
  store.error = () => null;
  await log.flush();
  const kept = await Promise.all(ids.map((id) => store.operation(id)));
  expect(kept.map((row) => row?.state ?? null)).toEqual([null, 'failed', null, 'failed', 'success']);
});

it('is bounded by what strangers send too', async () => {
  const { log, store } = newLog(new FailingStore(), { rows: 1_000, bytes: 100_000 });
  store.error = () => new Error('away');
  const headers = { 'x-long': 'x'.repeat(30_000) };
  for (let count = 0; count < 10; count += 1) {
    log.record({ ...begin, request: { method: 'GET', url: 'https://a.example', headers } }, { state: 'success' }, new Date());
  }
  expect(log.dropped).toBe(7);
});

it('stores full batches: what comes while one is stored waits for its own turn', async () => {
  const { log, store } = newLog(new FailingStore());
  const begun = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const write = store.write.bind(store);
  store.write = async (batch) => {
    begun.resolve();
    await goOn.promise;
    await write(batch);
  };
  const record = (count: number) => {
    for (let n = 0; n < count; n += 1) log.record(begin, { state: 'success' }, new Date());
  };
  record(1_000);
  await begun.promise;
  record(10);
  goOn.resolve();
  await vi.waitFor(() => expect(store.all()).toHaveLength(1_000));
  expect(store.writes).toBe(1);
  await log.flush();
  expect([store.writes, store.all().length]).toEqual([2, 1_010]);
});
