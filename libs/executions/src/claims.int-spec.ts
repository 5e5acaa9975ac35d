import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type ExecutionId, newId } from '#libs/kernel';
import { Executions } from './executions.service.js';
import { type Engine, engineStores, startEngine } from './test-executions.js';
import { WorkersRepository } from './workers.repository.js';

let stores: Awaited<ReturnType<typeof engineStores>>;
let engine: Engine;
let executions: Executions;
const worker = newId();

beforeAll(async () => void (stores = await engineStores()));
afterAll(() => stores.close());
beforeEach(async () => {
  engine = await startEngine(stores);
  executions = engine.get(Executions);
  await engine.get(WorkersRepository).beat(worker, 'jobs');
});
afterEach(() => engine.close());

const sync = { kind: 'sync', environmentId: 1, functionId: 2, connectionRowId: 3, syncId: newId() } as const;
const submit = (): Promise<ExecutionId> => engine.db.transaction((tx) => executions.submit(tx, sync));

it('gives a worker that missed the answer what it claimed, and nobody else', async () => {
  const id = await submit();
  expect(await executions.claimAgain(id, worker)).toMatchObject({ id, state: 'running' });
  expect(await executions.claimAgain(id, worker)).toMatchObject({ id, state: 'running' });
  expect(await executions.claimAgain(id, newId())).toBeNull();
  await executions.settle(engine.db, id, { state: 'succeeded' });
  expect(await executions.claimAgain(id, worker)).toBeNull();
});

it('knows what is abandoned: what runs with a worker that fell silent, or with the one that asks', async () => {
  const id = await submit();
  const other = newId();
  expect(await executions.isAbandoned(id, worker)).toBe(false);
  await executions.claim(id, worker);
  expect([await executions.isAbandoned(id, other), await executions.isAbandoned(id, worker)]).toEqual([false, true]);
  await engine.db.query(`UPDATE workers SET heartbeat_at = now() - interval '21 seconds' WHERE id = $1`, [worker]);
  expect(await executions.isAbandoned(id, other)).toBe(true);
  await executions.settle(engine.db, id, { state: 'succeeded' });
  expect(await executions.isAbandoned(id, other)).toBe(false);
});

it('counts deadlines by the clock of the database', async () => {
  const id = await submit();
  const [row] = await engine.db.query<{ ms: number }>(
    'SELECT (extract(epoch FROM start_deadline_at - created_at) * 1000)::float8 AS ms FROM executions WHERE id = $1',
    [id],
  );
  expect(row?.ms).toBe(3_600_000);
});
