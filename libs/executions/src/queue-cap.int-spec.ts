import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { newId } from '#libs/kernel';
import { Executions } from './executions.service.js';
import { type Engine, type EngineStores, engineStores, startEngine } from './test-executions.js';

const SUBMITS = 200;
const MOST = 50;
const CAP = 3;
const caps = { action: CAP, 'action-async': CAP, sync: CAP, 'on-event': CAP };
let stores: EngineStores & { close(): Promise<void> };
let replicas: Engine[];

beforeAll(async () => {
  stores = await engineStores();
  const options = { ...stores, environmentCaps: caps, maxQueued: MOST };
  replicas = await Promise.all([startEngine(options), startEngine(options)]);
});
afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.close()));
  await stores.close();
});
beforeEach(async () => {
  await replicas[0]?.redis.flushdb();
  await replicas[0]?.db.query('DELETE FROM executions');
});

/** @param refuse makes the transaction fail after it was accepted */
async function submit(replica: Engine, refuse?: Error): Promise<string> {
  const execution = { kind: 'sync', environmentId: 1, functionId: 2, connectionRowId: 3, syncId: newId() } as const;
  try {
    await replica.db.transaction(async (tx) => {
      await replica.get(Executions).submit(tx, execution);
      if (refuse) throw refuse;
    });
    return 'accepted';
  } catch (error) {
    return (error as { code?: string }).code ?? (error as Error).message;
  }
}

const atOnce = (work: (replica: Engine, index: number) => Promise<string>) =>
  Promise.all(Array.from({ length: SUBMITS }, (_, index) => work(replicas[index % 2] as Engine, index)));
const rows = async () => (await replicas[0]?.db.query(`SELECT 1 FROM executions WHERE state = 'queued'`))?.length;

it('is exact for calls that come at once to two replicas', async () => {
  const told = await atOnce((replica) => submit(replica));
  const accepted = told.filter((one) => one === 'accepted').length;
  expect([accepted, await rows()]).toEqual([MOST + CAP, MOST + CAP]);
  expect(new Set(told)).toEqual(new Set(['accepted', 'queue_full']));
  expect(await replicas[0]?.redis.keys('fairlead:admission:sync:accepting:*')).toEqual([]);
});

it('has room again for as many as were not accepted in the end', async () => {
  const refusal = new Error('refused');
  const told = await atOnce((replica, index) => submit(replica, index % 4 === 0 ? refusal : undefined));
  const accepted = told.filter((one) => one === 'accepted').length;
  expect(accepted).toBeLessThanOrEqual(MOST + CAP);
  let more = 0;
  while (more < MOST && (await submit(replicas[1] as Engine)) === 'accepted') more += 1;
  expect([accepted + more, await rows()]).toEqual([MOST + CAP, MOST + CAP]);
});
