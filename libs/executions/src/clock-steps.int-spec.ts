import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { newId } from '#libs/kernel';
import { Dispatcher } from './dispatcher.js';
import { Executions } from './executions.service.js';
import { Reconciler } from './reconciler.js';
import { type Engine, engineStores, startEngine } from './test-executions.js';
import { WorkersRepository } from './workers.repository.js';

/** What is decided about accepted work must not depend on what time the deciding process believes it is. */
const HOURS = 3_600_000;
let stores: Awaited<ReturnType<typeof engineStores>>;
let engine: Engine;
const worker = newId();

beforeAll(async () => void (stores = await engineStores()));
afterAll(() => stores.close());
beforeEach(async () => {
  engine = await startEngine(stores);
  await engine.redis.flushdb();
  await engine.db.query('DELETE FROM executions');
  await engine.get(WorkersRepository).beat(worker, 'jobs');
  await engine.get(Reconciler).reconcile();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await engine.close();
});

/** From now on the clock of this process is off by so much. */
function step(byMs: number): void {
  const now = Date.now.bind(Date);
  vi.spyOn(Date, 'now').mockImplementation(() => now() + byMs);
}
const submit = (more: object = {}) =>
  engine.db.transaction((tx) =>
    engine
      .get(Executions)
      .submit(tx, { kind: 'sync', environmentId: 1, functionId: 2, connectionRowId: 3, syncId: newId(), ...more }),
  );
const slots = (kind: string) => engine.redis.zrange(`fairlead:admission:${kind}:running`, 0, -1);

describe.each([
  ['ahead', 26 * HOURS],
  ['behind', -26 * HOURS],
])('a process whose clock is a day %s', (_where, byMs) => {
  it('accepts work that can be claimed in time, and is not overdue', async () => {
    step(byMs);
    const id = await submit();
    expect(await engine.get(Executions).claim(id, worker)).toMatchObject({ id, state: 'running' });
    expect(await engine.get(Reconciler).overdue()).toEqual([]);
  });

  it('finds nothing to mend in what another has just admitted', async () => {
    const id = await submit();
    const job = { ...ACTION, executionId: newId(), createdAtMs: Date.now() };
    await engine.get(Dispatcher).offerAction(job, 0);
    step(byMs);
    expect(await engine.get(Reconciler).reconcile()).toBe(0);
    expect([await slots('sync'), await slots('action')]).toEqual([[id], [job.executionId]]);
  });

  it('offers what has become due', async () => {
    const id = await submit({ availableAt: new Date(Date.now() + HOURS) });
    await engine.db.query('UPDATE executions SET available_at = now() WHERE id = $1', [id]);
    step(byMs);
    await engine.get(Reconciler).offerDue();
    expect(await slots('sync')).toEqual([id]);
  });
});

const ACTION = {
  environmentId: 1,
  functionId: 2,
  connectionRowId: 3,
  operationId: 'op',
  replyTo: 'nobody',
  input: 'null',
};
